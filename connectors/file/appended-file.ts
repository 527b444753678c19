import { type FileHandle, open } from 'node:fs/promises'
import { ConnectError } from '../../api/index.ts'

/** Text that waits to be written beyond this holds the caller up. In UTF-16 units. */
const waitingMax = 1 << 20

/**
 * A file opened to append, perhaps by several tasks. Writing goes on while the caller makes the next lines: what comes
 * during a write goes out together with the next one.
 *
 * A process that was killed in a write may have left a line without its end: whoever writes next ends it, so that two
 * lines are never glued into one. The piece stays, as a line of its own: it may be the user's text just as well.
 */
export class AppendedFile {
  readonly #handle: FileHandle
  /** The size after our own last write; another size means that someone else wrote since. */
  #end = -1
  #waiting = ''
  #writing: Promise<void> | null = null
  #failure: Error | null = null

  private constructor(handle: FileHandle) {
    this.#handle = handle
  }

  static async open(file: string): Promise<AppendedFile> {
    try {
      return new AppendedFile(await open(file, 'a+'))
    } catch (cause) {
      throw new ConnectError('CONNECT_FAILED', `Couldn't find or create file '${file}' for FileStreamSinkTask`, {
        cause,
        remedy: 'Create its folder, or give the worker the right to write there.',
      })
    }
  }

  /** Takes whole lines; a promise when there is no room for more yet. @throws what an earlier write failed with */
  append(lines: string): void | Promise<void> {
    if (this.#failure !== null) throw this.#failure
    this.#waiting += lines
    this.#writing ??= this.#write()
    if (this.#waiting.length > waitingMax) return this.flush()
  }

  /** Resolves when everything taken is in the file. */
  async flush(): Promise<void> {
    await this.#writing
    if (this.#failure !== null) throw this.#failure
  }

  async close(): Promise<void> {
    try {
      await this.flush()
    } finally {
      await this.#handle.close()
    }
  }

  /** Never rejects: the failure stays, for whoever comes next. */
  async #write(): Promise<void> {
    try {
      while (this.#waiting !== '') {
        const lines = this.#waiting
        this.#waiting = ''
        await this.#writeLines(lines)
      }
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error))
    }
    this.#writing = null
  }

  async #writeLines(lines: string): Promise<void> {
    const { size } = await this.#handle.stat()
    const torn = size !== this.#end && size > 0 && !(await this.#endsWithLineEnd(size))
    const bytes = Buffer.from(torn ? `\n${lines}` : lines)
    await this.#writeAll(bytes)
    this.#end = size + bytes.length
  }

  async #endsWithLineEnd(size: number): Promise<boolean> {
    const { buffer } = await this.#handle.read(Buffer.alloc(1), 0, 1, size - 1)
    return buffer[0] === 10
  }

  async #writeAll(bytes: Buffer): Promise<void> {
    let written = 0
    while (written < bytes.length) {
      const { bytesWritten } = await this.#handle.write(bytes, written)
      written += bytesWritten
    }
  }
}
