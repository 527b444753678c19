import { containerCall } from './container-call.ts'
import { explain, run } from './run.ts'

/** Runs `sluice` in this process with what the container was started with; the exit code. */
export async function runInContainer(args: readonly string[]): Promise<number> {
  endOnUnheardSignals()
  try {
    const call = containerCall(args, process.env)
    for (const warning of call.warnings) process.stderr.write(`sluice: ${warning}\n`)
    for (const name of Object.keys(process.env)) if (!Object.hasOwn(call.environment, name)) delete process.env[name]
    Object.assign(process.env, call.environment)
    return await run(call.args)
  } catch (error) {
    process.stderr.write(`sluice: ${explain(error)}\n`)
    return 2
  }
}

/** The kernel gives process 1 no default for a signal: while nobody else listens, it would be lost. */
function endOnUnheardSignals(): void {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.on(signal, () => {
      if (process.listenerCount(signal) === 1) process.exit(code)
    })
  }
}
