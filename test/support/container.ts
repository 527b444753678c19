import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { waitFor } from '../services/process.ts'
import { execForm, only, readDockerfile } from './dockerfile.ts'

const namespaces = ['unshare', '--mount', '--pid', '--fork'] as const

// A process that changes its user no longer dies with its parent, but whatever is in the namespace of a process 1 dies
// with that: this one remains root, and holds the other.
const hold = ['unshare', '--pid', '--fork', '--kill-child', 'sh', '-c', '"$@"; exit $?', 'sh'] as const

/** Why roots of images cannot be run here; null when they can. */
export function whyNoRoots(): string | null {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'the Node of the tests is one for Linux on x64'
  if (process.getuid?.() !== 0) return 'chroot needs root'
  return spawnSync('chroot', ['/', 'true']).status === 0 ? null : 'chroot is not permitted'
}

/** Whether mounts and a process 1 of its own can be had, as an engine gives them; if not, it is a bare chroot. */
export function canIsolate(): boolean {
  return spawnSync(namespaces[0], [...namespaces.slice(1), 'true']).status === 0
}

// The root is read-only save for /data, which stands for a volume. exec: the program is process 1, as in a container.
const mountAndRun = `
mount --bind "$0" "$0"
mount -o remount,bind,ro "$0"
mount --bind "$0/data" "$0/data"
mount -o remount,bind,rw "$0/data"
mount -t proc proc "$0/proc"
mount --bind /dev "$0/dev"
exec "$@"`

/** A program in the root of the image; user, folder and variables are those of the Dockerfile. */
export class Container implements AsyncDisposable {
  readonly #launcher: ChildProcess
  readonly #ended: Promise<number | null>
  #log = ''

  private constructor(root: string, command: readonly string[], env: Readonly<Record<string, string>>) {
    const { user, group, folder, variables } = settings()
    const given = Object.entries(env).map(([name, value]) => `${name}=${value}`)
    // However the tests end, what they started ends too.
    const clean = ['--pdeathsig', 'KILL', 'env', '-i', 'PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin']
    const isolate = canIsolate() ? [...hold, ...namespaces, 'sh', '-ec', mountAndRun, root] : []
    const enter = ['unshare', `--root=${root}`, `--wd=${folder}`, `--setuid=${user}`, `--setgid=${group}`]
    const words = [
      ...clean,
      ...variables,
      ...given,
      ...isolate,
      'setpriv',
      '--clear-groups',
      '--no-new-privs',
      ...enter,
    ]
    this.#launcher = spawn('setpriv', [...words, ...command], { stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [this.#launcher.stdout, this.#launcher.stderr])
      stream?.on('data', (chunk: Buffer) => (this.#log += chunk.toString()))
    this.#ended = once(this.#launcher, 'close').then(([code]) => code as number | null)
  }

  /** As `docker run` does. */
  static run(root: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Container {
    return new Container(root, [...execForm(only(lastStage(), 'ENTRYPOINT')), ...args], env)
  }

  /** The health check, as an engine runs it beside the worker; its exit code. */
  static healthCheck(root: string, env: Readonly<Record<string, string>>): Promise<number | null> {
    return new Container(root, execForm(only(lastStage(), 'HEALTHCHECK')), env).exitCode()
  }

  /** Standard output and standard error. */
  get log(): string {
    return this.#log
  }

  /** The exit code, once the program ends. */
  exitCode(): Promise<number | null> {
    return this.#ended
  }

  /** A file of /proc about the program. */
  proc(file: string): string {
    return readFileSync(`/proc/${this.#pid()}/${file}`, 'utf8')
  }

  signal(name: NodeJS.Signals): void {
    process.kill(this.#pid(), name)
  }

  /** Waits for a line of its log; ends early when the program has ended. */
  async logs(pattern: RegExp, timeoutMs = 30_000): Promise<void> {
    const probe = (): true | undefined => {
      if (pattern.test(this.#log)) return true
      if (this.#launcher.exitCode !== null) throw new Error(`it ended with ${this.#launcher.exitCode}:\n${this.#log}`)
      return undefined
    }
    await waitFor(`${pattern} in the log`, probe, { timeoutMs }).catch((cause: unknown) => {
      throw new Error(`no ${pattern} in:\n${this.#log}`, { cause })
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#launcher.exitCode === null) this.#launcher.kill('SIGKILL') // what it launched dies with it
    await this.#ended
  }

  /** The program is the last of those that launched each other. */
  #pid(): number {
    let pid = this.#launcher.pid ?? 0
    for (;;) {
      const [child = ''] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
      if (child === '') return pid
      pid = Number(child)
    }
  }
}

function lastStage() {
  const stage = readDockerfile().at(-1)
  if (stage === undefined) throw new Error('the Dockerfile has no stage')
  return stage
}

function settings() {
  const stage = lastStage()
  const [user = '', group = ''] = only(stage, 'USER').split(':')
  const folder = stage.instructions.findLast(({ name }) => name === 'WORKDIR')?.text ?? '/'
  const variables = stage.instructions.filter(({ name }) => name === 'ENV').map(({ text }) => text)
  return { user, group, folder, variables }
}
