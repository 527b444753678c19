import { type FileHandle, open } from 'node:fs/promises'
import { ConnectError, type Props, type SinkRecord, type SinkTask } from '../../api/index.ts'
import { javaToString } from '../../compat/java-text.ts'
import { fileName, fileSinkConfig } from './config.ts'

/** Appends each record's value as a line, in Java's text form. Keys and headers are not written. */
export class FileStreamSinkTask implements SinkTask {
  #output: Output | null = null

  async start(_context: unknown, props: Props): Promise<void> {
    const file = fileName(fileSinkConfig.parse(props))
    this.#output = file === null ? standardOutput : await AppendedFile.open(file)
  }

  async put(records: readonly SinkRecord[]): Promise<void> {
    if (records.length === 0) return
    if (this.#output === null) throw new Error('the task was not started')
    let lines = ''
    for (const { value, valueSchema } of records)
      lines += `${typeof value === 'string' ? value : javaToString(value, valueSchema)}\n`
    await this.#output.append(lines)
  }

  async stop(): Promise<void> {
    await this.#output?.close()
    this.#output = null
  }
}

interface Output {
  append(lines: string): Promise<void>
  close(): Promise<void>
}

/**
 * A file opened to append, perhaps by several tasks. A process that was killed in a write may have left a line without
 * its end: whoever writes next ends it, so that two lines are never glued into one.
 */
class AppendedFile implements Output {
  readonly #handle: FileHandle
  /** The size after our own last write; another size means that someone else wrote since. */
  #end = -1

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

  async append(lines: string): Promise<void> {
    const { size } = await this.#handle.stat()
    const torn = size !== this.#end && size > 0 && !(await this.#endsWithLineEnd(size))
    const bytes = Buffer.from(torn ? `\n${lines}` : lines)
    await this.#writeAll(bytes)
    this.#end = size + bytes.length
  }

  async close(): Promise<void> {
    await this.#handle.close()
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

const standardOutput: Output = {
  append: (lines) =>
    new Promise((resolve, reject) => {
      process.stdout.write(lines, (error) => (error ? reject(error) : resolve()))
    }),
  close: () => Promise.resolve(),
}
