import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** The checkout: commands are run from here, as a reader of the README does. */
export const checkout = fileURLToPath(new URL('../../../', import.meta.url))

/** A command that should have refused must not hold the tests. */
const deadlineMs = 60_000

export interface Outcome {
  /** Null when it did not end in time. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface CommandOptions {
  readonly input?: string
  readonly env?: Readonly<Record<string, string>>
  /** Stops reading its output after so many bytes, as `head` does. */
  readonly readBytes?: number
}

/** Runs a script of the checkout with this Node, to its end. */
export async function runScript(
  script: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<Outcome> {
  const child = spawn(process.execPath, [script, ...args], {
    cwd: checkout,
    // Without the mark of the test runner, which would keep a run of tests inside from running.
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, ...options.env },
    stdio: 'pipe',
    timeout: deadlineMs,
    killSignal: 'SIGKILL',
  })
  const texts = { stdout: '', stderr: '' }
  child.stderr.on('data', (chunk: Buffer) => (texts.stderr += chunk.toString()))
  child.stdout.on('data', (chunk: Buffer) => {
    texts.stdout += chunk.toString()
    if (texts.stdout.length >= (options.readBytes ?? Number.POSITIVE_INFINITY)) child.stdout.destroy()
  })
  child.stdin.on('error', () => undefined) // a command that reads no input may close its end first
  child.stdin.end(options.input ?? '')
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, ...texts }
}

/** Runs `sluice` as a process. */
export function runSluice(args: readonly string[], options?: CommandOptions): Promise<Outcome> {
  return runScript('bin/sluice.js', args, options)
}
