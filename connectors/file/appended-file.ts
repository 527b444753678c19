import { type FileHandle, open } from 'node:fs/promises'
import { ConnectError } from '../../api/index.ts'

/** Text that waits to be written beyond this holds the caller up. In UTF-16 units. */
const waitingMax = 1 << 20
/** A last line without its end that has not changed for this long is nobody's running write, not even one that a busy disk holds up. */
const tornAfterMs = 1000
const LF = 10
const lineEnd = Buffer.of(LF)
const nothing = Buffer.alloc(0)

/**
 * A file opened to append, perhaps by several tasks, threads and workers. Writing goes on while the caller makes the
 * next lines: what comes during a write goes out together with the next one. Each write is whole lines in one call,
 * which the file system keeps whole among those of others.
 *
 * A write that was cut short, by a kill or by a full disk, may have left a line without its end: it is ended before the
 * next one, so that two lines are never glued into one. The piece stays, as a line of its own: it may be the user's
 * text just as well.
 */
export class AppendedFile {
  readonly #handle: FileHandle
  /** Whether the last line lacks its end; null while nobody has looked, which is before the first write only. */
  #torn: boolean | null = null
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
        await this.#writeLines(Buffer.from(lines))
      }
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error))
    }
    this.#writing = null
  }

  /** One call, save for a write that is cut short: it goes on with the line that was cut, once more from its start. */
  async #writeLines(lines: Buffer): Promise<void> {
    this.#torn ??= await isTorn(this.#handle)
    for (let left = lines; left.length > 0; ) {
      const end = this.#torn ? lineEnd : nothing
      const { bytesWritten } = await this.#handle.write(this.#torn ? Buffer.concat([end, left]) : left)
      const written = left.subarray(0, Math.max(bytesWritten - end.length, 0))
      if (bytesWritten > 0) this.#torn = written.length > 0 && written.at(-1) !== LF
      left = left.subarray(written.lastIndexOf(LF) + 1)
    }
  }
}

/** Whether the file's last line lacks its end, and not because somebody else is just writing it. */
async function isTorn(handle: FileHandle): Promise<boolean> {
  const { size } = await handle.stat()
  if (size === 0) return false
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(1), 0, 1, size - 1)
  if (bytesRead === 0 || buffer[0] === LF) return false
  await new Promise((resolve) => setTimeout(resolve, tornAfterMs))
  return (await handle.stat()).size === size
}
