import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { TargetState } from '../../core/ids.ts'
import type { FolderEntry } from './connector-folder.ts'

/** Where connectors are deployed to. */
export interface DeployTarget {
  exists(name: string): boolean
  /** @throws with what is wrong with the config */
  deploy(name: string, config: Readonly<Record<string, string | null>>, initialState: TargetState | null): Promise<void>
}

/** What came of one file. */
export type Deployment =
  | { readonly kind: 'deployed'; readonly file: string; readonly name: string }
  | { readonly kind: 'refused'; readonly file: string; readonly reason: string }
  | { readonly kind: 'ignored'; readonly file: string; readonly reason: string }
  | { readonly kind: 'gone'; readonly file: string; readonly name: string }

/**
 * Keeps a worker in step with a folder. A file is deployed when it is new or has changed since it was last deployed; what
 * was changed by REST in between stays, over restarts too.
 */
export class Deployer {
  readonly #target: DeployTarget
  readonly #path: string
  /** Digest and connector of each file as it was deployed last. */
  readonly #deployed: Map<string, { readonly digest: string; readonly name: string }>
  /** Files that were looked at and not deployed: said once, not every second. */
  readonly #said = new Map<string, string>()

  /** @param path where it remembers what was deployed */
  constructor(target: DeployTarget, path: string) {
    this.#target = target
    this.#path = path
    this.#deployed = new Map(Object.entries(remembered(path)))
  }

  /** @param missing whether connectors that somebody deleted are deployed again, as at a start */
  async deploy(entries: readonly FolderEntry[], missing: boolean): Promise<Deployment[]> {
    const outcomes = this.#gone(entries)
    const owners = this.#owners(entries)
    for (const entry of entries) {
      const { file, digest } = entry
      if (entry.kind === 'other') {
        outcomes.push(...this.#once('ignored', file, digest, entry.reason))
        continue
      }
      const { name, config, initialState } = entry.connector
      const owner = owners.get(name)
      if (owner !== file) {
        const reason = `${owner} names the connector ${name} as well: give one of them another name`
        outcomes.push(...this.#once('refused', file, `${digest} ${reason}`, reason))
        continue
      }
      if (this.#said.get(file) === digest) continue
      const known = this.#deployed.get(file)
      if (known?.digest === digest && known.name === name && !(missing && !this.#target.exists(name))) continue
      const outcome = await this.#one(file, digest, name, () => this.#target.deploy(name, config, initialState))
      if (known !== undefined && known.name !== name && !owners.has(known.name))
        outcomes.push({ kind: 'gone', file, name: known.name })
      outcomes.push(outcome)
    }
    return outcomes
  }

  /** The file of each connector: of several that name it the one that it was deployed from, else the first. */
  #owners(entries: readonly FolderEntry[]): ReadonlyMap<string, string> {
    const owners = new Map<string, string>()
    for (const entry of entries) {
      if (entry.kind === 'other') continue
      const { name } = entry.connector
      if (!owners.has(name) || this.#deployed.get(entry.file)?.name === name) owners.set(name, entry.file)
    }
    return owners
  }

  #once(kind: 'ignored' | 'refused', file: string, state: string, reason: string): Deployment[] {
    if (this.#said.get(file) === state) return []
    this.#said.set(file, state)
    return [{ kind, file, reason }]
  }

  async #one(file: string, digest: string, name: string, deploy: () => Promise<void>): Promise<Deployment> {
    try {
      await deploy()
    } catch (error) {
      this.#said.set(file, digest)
      return { kind: 'refused', file, reason: reasonOf(error) }
    }
    this.#said.delete(file)
    this.#deployed.set(file, { digest, name })
    this.#remember()
    return { kind: 'deployed', file, name }
  }

  #gone(entries: readonly FolderEntry[]): Deployment[] {
    const files = new Set(entries.map(({ file }) => file))
    const gone = [...this.#deployed].filter(([file]) => !files.has(file))
    for (const [file] of gone) this.#deployed.delete(file)
    if (gone.length > 0) this.#remember()
    return gone.map(([file, { name }]) => ({ kind: 'gone', file, name }))
  }

  /** Beside the old one first: a kill leaves one of the two whole. */
  #remember(): void {
    writeFileSync(`${this.#path}.new`, `${JSON.stringify(Object.fromEntries(this.#deployed), null, 2)}\n`)
    renameSync(`${this.#path}.new`, this.#path)
  }
}

/** A herder's answer to many faults ends with where REST would tell of them. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.replace(/\nYou can also find the above list of errors at the endpoint .*$/, '')
}

function remembered(path: string): Record<string, { digest: string; name: string }> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, { digest: string; name: string }>
  } catch {
    return {} // the first start; without a memory every file is deployed, which does no harm
  }
}
