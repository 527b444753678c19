import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { nodeLts } from '../services/node-lts.ts'
import { run } from '../services/process.ts'
import { checkout } from './command.ts'
import { parseCopy, readDockerfile, type Stage } from './dockerfile.ts'

/** Carries the Dockerfile out by hand, without an engine: a folder for the root of each stage. */
export class ImageBuild {
  readonly #folder: string
  readonly #node: string
  readonly #roots = new Map<string, string>()

  private constructor(folder: string, node: string) {
    this.#folder = folder
    this.#node = node
  }

  /**
   * The root of the last stage. In the place of its base image stand Node and the libraries that it and the native
   * codecs are linked with, and nothing else: what runs there needs no more.
   */
  static async lastStage(folder: string): Promise<string> {
    const build = new ImageBuild(folder, await nodeLts())
    const stages = readDockerfile()
    for (const stage of stages) await build.#carryOut(stage, stage === stages.at(-1))
    const root = build.#roots.get('last') ?? ''
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
    for (const file of files.filter((name) => name.endsWith('.node'))) installLibraries(join(root, file), root)
    return root
  }

  async #carryOut(stage: Stage, isLast: boolean): Promise<void> {
    const name = isLast ? 'last' : (stage.name ?? '')
    const root = join(this.#folder, name)
    mkdirSync(root)
    this.#roots.set(name, root)
    if (isLast) installNode(this.#node, root)
    let workdir = root
    for (const instruction of stage.instructions) {
      if (instruction.name === 'WORKDIR') mkdirSync((workdir = join(root, instruction.text)), { recursive: true })
      if (instruction.name === 'COPY') this.#copy(instruction.text, workdir)
      if (instruction.name === 'RUN') await this.#run(instruction.text, workdir)
    }
  }

  #copy(text: string, workdir: string): void {
    const { from, sources, target } = parseCopy(text)
    if (target.startsWith('/')) throw new Error(`COPY to ${target}: only below the WORKDIR`)
    const to = join(workdir, target)
    for (const source of sources) {
      if (from !== null) cpSync(join(this.#roots.get(from) ?? '', source), to, { recursive: true })
      else for (const file of context().filter((file) => source === '.' || file === source)) copyFile(file, to)
    }
  }

  async #run(command: string, cwd: string): Promise<void> {
    const path = `${dirname(this.#node)}${delimiter}${process.env['PATH'] ?? ''}`
    // What the cache of npm has is not fetched again.
    const settings = ['npm_config_prefer_offline=true', 'NODE_TEST_CONTEXT=', `PATH=${path}`]
    await run('env', [...settings, 'sh', '-ec', command], { cwd })
  }
}

/** Files that a build is given: those of the checkout, without what .dockerignore names. */
export function context(): readonly string[] {
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
  const files = execFileSync('git', list, { cwd: checkout, encoding: 'utf8', maxBuffer: 2 ** 26 }).split('\0')
  const patterns = readFileSync(join(checkout, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  const ignored = (file: string): boolean =>
    patterns.some((pattern) =>
      pattern.startsWith('**/*') ? file.endsWith(pattern.slice(4)) : file === pattern || file.startsWith(`${pattern}/`),
    )
  return files.filter((file) => file !== '' && !ignored(file) && existsSync(join(checkout, file)))
}

function copyFile(file: string, folder: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true })
  cpSync(join(checkout, file), join(folder, file))
}

function installNode(node: string, root: string): void {
  install(node, join(root, 'usr/local/bin/node'))
  installLibraries(node, root)
  for (const mountPoint of ['proc', 'dev', 'data']) mkdirSync(join(root, mountPoint))
  chmodSync(join(root, 'data'), 0o777)
}

/** Of glibc and GCC: the base image has them at the same places. */
function installLibraries(binary: string, root: string): void {
  const linked = execFileSync('ldd', [binary], { encoding: 'utf8' }).matchAll(/(?:=>\s+|^\s+)(\/\S+)/gm)
  for (const [, library = ''] of linked) install(library, join(root, library))
}

function install(file: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true })
  cpSync(realpathSync(file), to)
  chmodSync(to, 0o755)
}

/** KiB on disk. */
export function sizeOf(path: string): number {
  if (!statSync(path, { throwIfNoEntry: false })) throw new Error(`${path} is not there`)
  return Number(execFileSync('du', ['-skx', path], { encoding: 'utf8' }).split('\t')[0])
}
