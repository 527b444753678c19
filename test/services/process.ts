import { type ChildProcess, spawn } from 'node:child_process'
import { once as onceEvent } from 'node:events'
import { openSync, closeSync, readFileSync, existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** Runs a command to its end; a failure carries the end of what it printed. */
export async function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; input?: string; env?: Readonly<Record<string, string>>; timeoutMs?: number } = {},
): Promise<string> {
  const child = spawn(command, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: { ...process.env, ...options.env } }),
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const out: Buffer[] = []
  const all: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => {
    out.push(chunk)
    all.push(chunk)
  })
  child.stderr.on('data', (chunk: Buffer) => all.push(chunk))
  child.stdin.on('error', () => undefined) // a command that reads no input may close its end first
  child.stdin.end(options.input ?? '')
  const [code] = (await onceEvent(child, 'close')) as [number | null]
  if (code === 0) return Buffer.concat(out).toString()
  throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${Buffer.concat(all).toString().slice(-2000)}`)
}

/** As many free loopback ports; all are held until all are found, so that they differ. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer()
      server.listen(0, '127.0.0.1')
      await onceEvent(server, 'listening')
      return server
    }),
  )
  const ports = servers.map((server) => (server.address() as { port: number }).port)
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))))
  return ports
}

/** A server process that dies with the process that started it, however that one ends. */
export interface ServerProcess {
  readonly pid: number
  readonly logFile: string
  readonly exited: boolean
  log(): string
  signal(name: NodeJS.Signals): void
  /** TERM, then KILL after the grace time. */
  stop(graceMs?: number): Promise<void>
  /** KILL at once. */
  kill(): Promise<void>
}

// The wrapper holds our end of a pipe: when we are gone, however we went, its read ends and it kills the server.
const guard =
  'exec 3<&0; "$@" </dev/null >>"$SERVER_LOG" 2>&1 & p=$!; echo $p; (cat <&3 >/dev/null; kill -9 $p 2>/dev/null) & wait $p'

export async function startServer(
  command: string,
  args: readonly string[],
  options: { logFile: string; env?: NodeJS.ProcessEnv; cwd?: string },
): Promise<ServerProcess> {
  closeSync(openSync(options.logFile, 'a'))
  const wrapper = spawn('sh', ['-c', guard, 'sh', command, ...args], {
    stdio: ['pipe', 'pipe', 'ignore'],
    // A group of its own: Ctrl-C reaches whoever started it, who then stops things in their order.
    detached: true,
    env: { ...process.env, ...options.env, SERVER_LOG: options.logFile },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  })
  const [first] = (await onceEvent(wrapper.stdout, 'data')) as [Buffer]
  return new GuardedProcess(wrapper, Number(first.toString().trim()), options.logFile)
}

class GuardedProcess implements ServerProcess {
  exited = false
  readonly pid: number
  readonly logFile: string
  readonly #ended: Promise<unknown>

  constructor(wrapper: ChildProcess, pid: number, logFile: string) {
    this.pid = pid
    this.logFile = logFile
    // Tests must be able to end while a server still runs: its guard sees the pipe close.
    for (const handle of [wrapper, wrapper.stdin, wrapper.stdout] as const) (handle as { unref?: () => void }).unref?.()
    this.#ended = onceEvent(wrapper, 'exit').then(() => {
      this.exited = true
      wrapper.stdin?.destroy()
    })
  }

  log(): string {
    return existsSync(this.logFile) ? readFileSync(this.logFile, 'utf8') : ''
  }

  signal(name: NodeJS.Signals): void {
    if (!this.exited) process.kill(this.pid, name)
  }

  async stop(graceMs = 20_000): Promise<void> {
    if (this.exited) return
    this.signal('SIGTERM')
    if (!(await this.#endsWithin(graceMs))) await this.kill()
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL')
    await this.#endsWithin(10_000)
  }

  /** The timer goes with its answer: one that is left behind holds the process of the tests until it is due. */
  async #endsWithin(timeoutMs: number): Promise<boolean> {
    const answered = new AbortController()
    const late = delay(timeoutMs, false, { signal: answered.signal }).catch(() => false)
    const inTime = await Promise.race([this.#ended.then(() => true), late])
    answered.abort()
    return inTime
  }
}

/** Polls until `probe` gives a value; ends early with the server's log when the server has ended. */
export async function waitFor<T>(
  what: string,
  probe: () => Promise<T | undefined> | T | undefined,
  options: { timeoutMs: number; server?: ServerProcess; everyMs?: number },
): Promise<T> {
  const end = Date.now() + options.timeoutMs
  for (;;) {
    const value = await probe()
    if (value !== undefined) return value
    const gone = options.server?.exited === true
    if (gone || Date.now() > end) {
      const log = options.server === undefined ? '' : `\n${options.server.log().slice(-3000)}`
      throw new Error(`${what}: ${gone ? 'the server ended' : `not within ${options.timeoutMs} ms`}${log}`)
    }
    await delay(options.everyMs ?? 50)
  }
}
