import { access, constants, open, readFile, realpath, rename, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ConnectError } from '../../api/index.ts'
import { type ByteEntry, decodeByteMap, encodeByteMap } from '../../compat/java-byte-map.ts'
import type { OpenLog, StoreLog, StoreRecord } from './log.ts'
import { SharedRun } from './shared-run.ts'

/** The log of a standalone worker's source offsets: `offset.storage.file.filename`, as Connect's `FileOffsetBackingStore` has it. */
export function offsetFile(path: string, nowMs: () => number): OpenLog {
  return (onRecord) => new OffsetFile(path, nowMs, onRecord)
}

interface Sent {
  readonly key: Uint8Array
  readonly value: Uint8Array | null
}

/**
 * A compacted log in one file, a Java map of key to value bytes, written anew as a whole beside itself and put in its own place: it is
 * always the old one or the new one. Entries that mean nothing here stay as they are.
 */
class OffsetFile implements StoreLog {
  /** Where it really is, should the path be a link. */
  #path: string
  readonly #nowMs: () => number
  readonly #onRecord: (record: StoreRecord) => void
  #entries: ReadonlyMap<string, Sent> = new Map()
  #sent: Sent[] = []
  #count = 0
  readonly #saves = new SharedRun(() => this.#save())

  constructor(path: string, nowMs: () => number, onRecord: (record: StoreRecord) => void) {
    this.#path = path
    this.#nowMs = nowMs
    this.#onRecord = onRecord
  }

  get partitionCount(): number {
    return 1
  }

  async start(): Promise<void> {
    const bytes = await this.#read()
    const entries = new Map<string, Sent>()
    for (const [key, value] of this.#decode(bytes)) if (key !== null) entries.set(keyOf(key), { key, value })
    this.#entries = entries
    for (const entry of entries.values()) this.#tell(entry)
  }

  readToEnd(): Promise<void> {
    return Promise.resolve()
  }

  /** Several that are sent while the file is being written go into it together, next. */
  async send(key: Uint8Array | string, value: Uint8Array | null): Promise<void> {
    this.#sent.push({ key: Buffer.from(key), value: value === null ? null : Uint8Array.from(value) })
    await this.#saves.run()
  }

  async close(): Promise<void> {
    if (this.#sent.length > 0) await this.#saves.run()
  }

  async #read(): Promise<Uint8Array> {
    const folder = dirname(this.#path)
    try {
      this.#path = await realpath(this.#path)
      return await readFile(this.#path)
    } catch (error) {
      if (!isMissing(error)) throw this.#failed('cannot be read', error, 'The worker must be able to read it.')
    }
    try {
      await access(folder, constants.W_OK | constants.X_OK)
    } catch (error) {
      throw this.#failed('cannot be made', error, `Make the folder ${folder}, writable for the worker.`)
    }
    return new Uint8Array()
  }

  /** An empty file is a new one, as some tools make it; all else must be whole. */
  #decode(bytes: Uint8Array): ByteEntry[] {
    if (bytes.length === 0) return []
    try {
      return decodeByteMap(bytes)
    } catch (error) {
      throw this.#failed(
        'is damaged',
        error,
        'Restore it from a copy; or move it away, and every source connector begins anew.',
      )
    }
  }

  /** All or nothing of what was sent; who sent it hears of a failure and may send it again. */
  async #save(): Promise<void> {
    const sent = this.#sent
    this.#sent = []
    const entries = new Map(this.#entries)
    for (const entry of sent) {
      const key = keyOf(entry.key)
      if (entry.value === null) entries.delete(key)
      else entries.set(key, entry)
    }
    try {
      await replaceFile(this.#path, encodeByteMap([...entries.values()].map(({ key, value }) => [key, value])))
    } catch (error) {
      const remedy =
        'The worker must be able to make files in its folder; in a container mount the folder, not the file.'
      throw this.#failed('cannot be written', error, remedy)
    }
    this.#entries = entries
    for (const entry of sent) this.#tell(entry)
  }

  #tell({ key, value }: Sent): void {
    this.#onRecord({ offset: this.#count++, timestamp: this.#nowMs(), key, value })
  }

  #failed(what: string, cause: unknown, remedy: string): ConnectError {
    const reason = cause instanceof Error ? cause.message : String(cause)
    return new ConnectError('CONNECT_FAILED', `The offset file ${this.#path} ${what}: ${reason}`, { cause, remedy })
  }
}

/**
 * The new content is on the disk before it takes the old one's place. Whether a crash of the machine finds the new or the old one is
 * open: an older offset repeats records and loses none.
 */
async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const beside = `${path}.tmp`
  const file = await open(beside, 'w', await modeOf(path))
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(beside, path)
}

async function modeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mode & 0o777
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | null)?.code === 'ENOENT'
}

function keyOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1')
}
