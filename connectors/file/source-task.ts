import { createReadStream, type ReadStream } from 'node:fs'
import {
  type OffsetMap,
  type Props,
  SourceRecord,
  type SourceTask,
  type SourceTaskContext,
  STRING_SCHEMA,
} from '../../api/index.ts'
import { fileName, fileSourceConfig } from './config.ts'
import { LineSplitter, type SplitLine } from './line-splitter.ts'
import { filenameField, positionField, storedPosition } from './source-connector.ts'
import { TailedFile } from './tailed-file.ts'

/** How long a poll waits when there is nothing to read. */
const idleMs = 1000

/** Where bytes come from: a file that is followed, or standard input. */
interface Input extends AsyncDisposable {
  read(): ReturnType<TailedFile['read']>
}

/** Reads lines and makes each a record; the offset counts the bytes up to and including a line's end. */
export class FileStreamSourceTask implements SourceTask {
  #topic = ''
  #batchSize = 0
  #file: string | null = null
  #context: SourceTaskContext | null = null
  #input: Input | null = null
  #splitter = new LineSplitter()
  #partition: OffsetMap = {}
  /** Bytes before the next line; null for standard input, which has no position to return to. */
  #position: number | null = null
  #saidMissing = false

  async start(context: SourceTaskContext, props: Props): Promise<void> {
    const config = fileSourceConfig.parse(props)
    this.#context = context
    this.#topic = config.topic
    this.#batchSize = Math.max(config['batch.size'], 1)
    this.#file = fileName(config)
    this.#partition = { [filenameField]: this.#file }
    if (this.#file === null) {
      this.#input = new StandardInput()
      return
    }
    const stored = storedPosition(await context.offsets.offset(this.#partition))
    this.#position = stored ?? 0
    this.#input = new TailedFile(this.#file, this.#position, context.log)
  }

  async poll(): Promise<readonly SourceRecord[] | null> {
    const records: SourceRecord[] = []
    const now = Date.now()
    for (;;) {
      this.#cutLines(records, now)
      if (records.length >= this.#batchSize) return records
      const result = await this.#read()
      if (result.kind === 'data') {
        this.#splitter.push(result.chunk)
        continue
      }
      if (result.kind === 'replaced') {
        this.#startOver(records, now)
        continue
      }
      if (result.kind === 'missing') this.#sayMissing()
      if (records.length > 0) return records
      await this.#idle()
      return null
    }
  }

  async stop(): Promise<void> {
    await this.#input?.[Symbol.asyncDispose]()
    this.#input = null
  }

  #read(): ReturnType<Input['read']> {
    if (this.#input === null) throw new Error('the task was not started')
    return this.#input.read()
  }

  #cutLines(records: SourceRecord[], now: number): void {
    while (records.length < this.#batchSize) {
      const line = this.#splitter.next()
      if (line === null) return
      records.push(this.#record(line, now))
    }
  }

  #record(line: SplitLine, timestamp: number): SourceRecord {
    if (this.#position !== null) this.#position += line.bytes
    return new SourceRecord({
      sourcePartition: this.#partition,
      sourceOffset: { [positionField]: this.#position },
      topic: this.#topic,
      valueSchema: STRING_SCHEMA,
      value: line.text,
      timestamp,
    })
  }

  /** The old file is complete: its last line counts even without an end. Its successor is read from the start. */
  #startOver(records: SourceRecord[], now: number): void {
    const last = this.#splitter.rest()
    if (last !== null) records.push(this.#record(last, now))
    this.#splitter = new LineSplitter()
    this.#position = 0
  }

  #sayMissing(): void {
    if (this.#saidMissing) return
    this.#saidMissing = true
    this.#context?.log.warn(
      `Couldn't find file ${this.#file ?? ''} for FileStreamSourceTask, sleeping to wait for it to be created`,
    )
  }

  async #idle(): Promise<void> {
    const stopping = this.#context?.stopping
    if (stopping === undefined || stopping.aborted) return
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer)
        stopping.removeEventListener('abort', end)
        resolve()
      }
      const timer = setTimeout(end, idleMs)
      stopping.addEventListener('abort', end)
    })
  }
}

/** Standard input, read without closing it when the task stops. A read that waits for a key stroke is left waiting. */
class StandardInput implements Input {
  readonly #stream: ReadStream = createReadStream('', { fd: 0, autoClose: false })
  readonly #chunks: Buffer[] = []
  #failure: Error | null = null

  constructor() {
    this.#stream.on('data', (chunk) => {
      this.#chunks.push(Buffer.from(chunk))
      this.#stream.pause()
    })
    this.#stream.on('error', (error) => {
      this.#failure = error
    })
  }

  read(): ReturnType<Input['read']> {
    if (this.#failure !== null) return Promise.reject(this.#failure)
    const chunk = this.#chunks.shift()
    if (this.#chunks.length === 0) this.#stream.resume()
    return Promise.resolve(chunk === undefined ? { kind: 'end' } : { kind: 'data', chunk })
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#stream.pause()
    return Promise.resolve()
  }
}
