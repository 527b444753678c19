import type { Props, SinkRecord, SinkTask } from '../../api/index.ts'
import { javaToString } from '../../compat/java-text.ts'
import { AppendedFile } from './appended-file.ts'
import { fileName, fileSinkConfig } from './config.ts'

/** Where lines go: a file, or standard output. */
interface Output {
  append(lines: string): void | Promise<void>
  /** Resolves when everything taken has arrived. */
  flush(): Promise<void>
  close(): Promise<void>
}

/** Appends each record's value as a line, in Java's text form. Keys and headers are not written. */
export class FileStreamSinkTask implements SinkTask {
  #output: Output | null = null

  async start(_context: unknown, props: Props): Promise<void> {
    const file = fileName(fileSinkConfig.parse(props))
    this.#output = file === null ? standardOutput : await AppendedFile.open(file)
  }

  put(records: readonly SinkRecord[]): void | Promise<void> {
    if (records.length === 0) return
    let lines = ''
    for (const { value, valueSchema } of records)
      lines += `${typeof value === 'string' ? value : javaToString(value, valueSchema)}\n`
    return this.#opened().append(lines)
  }

  flush(): Promise<void> {
    return this.#opened().flush()
  }

  async stop(): Promise<void> {
    const output = this.#output
    this.#output = null
    await output?.close()
  }

  #opened(): Output {
    if (this.#output === null) throw new Error('the task was not started')
    return this.#output
  }
}

const standardOutput: Output = {
  append: (lines) =>
    new Promise((resolve, reject) => {
      process.stdout.write(lines, (error) => (error ? reject(error) : resolve()))
    }),
  flush: () => Promise.resolve(),
  close: () => Promise.resolve(),
}
