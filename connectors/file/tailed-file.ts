import { type FileHandle, open, stat } from 'node:fs/promises'
import type { Logger } from '../../api/index.ts'

const readBytes = 256 * 1024

export type ReadResult =
  | { readonly kind: 'data'; readonly chunk: Buffer }
  /** Nothing new; the file may grow. */
  | { readonly kind: 'end' }
  /** The path holds another file now, or a shorter one: reading goes on at its start. */
  | { readonly kind: 'replaced'; readonly why: 'truncated' | 'new file' }
  /** There is no file (yet). */
  | { readonly kind: 'missing' }

/**
 * A file that others append to, truncate or replace. The original follows neither: it spins after a truncation and
 * keeps reading an unlinked file after a rotation.
 */
export class TailedFile implements AsyncDisposable {
  readonly #path: string
  readonly #log: Logger
  #handle: FileHandle | null = null
  #inode = 0n
  #position: number
  #ahead: Promise<Buffer> | null = null

  /** @param position where to begin, in bytes */
  constructor(path: string, position: number, log: Logger) {
    this.#path = path
    this.#position = position
    this.#log = log
  }

  async read(): Promise<ReadResult> {
    const handle = this.#handle ?? (await openExisting(this.#path))
    if (handle === null) return { kind: 'missing' }
    if (handle !== this.#handle && (await this.#begin(handle)) === 'truncated') {
      return { kind: 'replaced', why: 'truncated' }
    }
    const chunk = await (this.#ahead ?? this.#readChunk(handle))
    this.#ahead = null
    if (chunk.length === 0) return this.#atEnd(handle)
    this.#position += chunk.length
    // The next read runs while the lines of this one are on their way; its outcome is looked at by the next call.
    if (chunk.length === readBytes) {
      this.#ahead = this.#readChunk(handle)
      this.#ahead.catch(() => undefined)
    }
    return { kind: 'data', chunk }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const handle = this.#handle
    this.#handle = null
    await this.#ahead?.catch(() => undefined) // closing the file under a read would fail the close
    this.#ahead = null
    await handle?.close()
  }

  async #readChunk(handle: FileHandle): Promise<Buffer> {
    // A buffer of its own for each read: lines are cut out of it later.
    const buffer = Buffer.allocUnsafeSlow(readBytes)
    const { bytesRead } = await handle.read(buffer, 0, readBytes, this.#position)
    return buffer.subarray(0, bytesRead)
  }

  /** Begins with a file at the position; at its start when it is too short to be the one that the position is of. */
  async #begin(handle: FileHandle): Promise<'truncated' | 'continued'> {
    this.#handle = handle
    const { size, ino } = await handle.stat({ bigint: true })
    this.#inode = ino
    if (size < this.#position) {
      this.#log.warn(
        `${this.#path} has ${size} bytes, fewer than the stored position ${this.#position}: reading starts at 0`,
      )
      this.#position = 0
      return 'truncated'
    }
    if (this.#position > 0) await this.#warnInMidLine(handle)
    return 'continued'
  }

  /** The original counts characters, so that a position it stored for text beyond ASCII can lie inside a line. */
  async #warnInMidLine(handle: FileHandle): Promise<void> {
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, this.#position - 1)
    if (buffer[0] === 10 || buffer[0] === 13) return
    this.#log.warn(
      `The stored position ${this.#position} of ${this.#path} is not at the start of a line: the first record will be the rest of a line`,
    )
  }

  async #atEnd(handle: FileHandle): Promise<ReadResult> {
    const now = await statExisting(this.#path)
    const own = await handle.stat({ bigint: true })
    const truncated = own.size < this.#position
    // A path without a file is a rotation half done: the old file may still grow.
    if (now === null || (now.ino === this.#inode && !truncated)) return { kind: 'end' }
    if (now.ino !== this.#inode && own.size > this.#position) return { kind: 'end' }
    await this[Symbol.asyncDispose]()
    this.#position = 0
    const why = truncated ? 'truncated' : 'new file'
    this.#log.info(`${this.#path}: ${why}, reading starts at 0`)
    return { kind: 'replaced', why }
  }
}

async function openExisting(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

async function statExisting(path: string): Promise<{ ino: bigint } | null> {
  try {
    return await stat(path, { bigint: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
