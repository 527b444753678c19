import { isConnectError } from '../../api/index.ts'
import { UsageError, usage } from './usage.ts'

type Command = (args: readonly string[]) => Promise<number>

/** Commands load what they need and nothing else: a dry run must not pay for a worker. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  worker: async () => (await import('./worker.ts')).workerCommand,
  transform: async () => (await import('./transform.ts')).transformCommand,
  validate: async () => (await import('./validate.ts')).validateCommand,
}

/** Runs a command; the exit code is 0 when all went well, 1 for wrong usage or faults found, 2 when it could not start. */
export async function run(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    process.stdout.write(usage)
    return name === undefined ? 1 : 0
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (load === undefined) {
    process.stderr.write(`sluice: there is no command "${name}"\n\n${usage}`)
    return 1
  }
  try {
    return await (await load())(rest)
  } catch (error) {
    process.stderr.write(`sluice ${name}: ${explain(error)}\n`)
    return error instanceof UsageError ? 1 : 2
  }
}

/** One line that says what is wrong, and how to mend it. */
export function explain(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  if (!isConnectError(error) || error.remedy === null) return message
  return `${/[.!?]$/.test(message) ? message : `${message}.`} ${error.remedy}`
}
