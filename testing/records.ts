import type { KafkaRecord } from '../runtime/kafka/records/record.ts'

/** A header; its value as text, null where there is none. */
export interface TestHeader {
  readonly key: string
  readonly value: string | null
}

/** A record that was read from a topic. */
export class TestRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** Milliseconds since the epoch. */
  readonly timestamp: number
  readonly keyBytes: Uint8Array | null
  readonly valueBytes: Uint8Array | null
  readonly headers: readonly TestHeader[]

  constructor(record: KafkaRecord) {
    this.topic = record.topic
    this.partition = record.partition
    this.offset = record.offset
    this.timestamp = record.timestamp
    this.keyBytes = copied(record.key)
    this.valueBytes = copied(record.value)
    this.headers = record.headers.map(({ key, value }) => ({ key, value: text(value) }))
  }

  /** The key as UTF-8. */
  get key(): string | null {
    return text(this.keyBytes)
  }

  /** The value as UTF-8. */
  get value(): string | null {
    return text(this.valueBytes)
  }

  /** The value as JSON. @throws SyntaxError with the text that is none */
  json(): unknown {
    const { value } = this
    try {
      return value === null ? null : (JSON.parse(value) as unknown)
    } catch (cause) {
      throw new SyntaxError(`${this.topic}-${this.partition}@${this.offset} is no JSON: ${value}`, { cause })
    }
  }

  /** The last header of a name; undefined where there is none. */
  header(key: string): string | null | undefined {
    return this.headers.findLast((header) => header.key === key)?.value
  }
}

/** An entry of a dead letter queue: the record as it was, and why it failed (KIP-298). */
export class DeadLetter extends TestRecord {
  /** What `errors.deadletterqueue.context.headers.enable` adds; all null without it. */
  get error(): {
    readonly connector: string | null
    readonly task: number | null
    /** `VALUE_CONVERTER`, `TRANSFORMATION`, … */
    readonly stage: string | null
    /** The class that failed: a converter or a transformation. */
    readonly className: string | null
    readonly exception: string | null
    readonly message: string | null
    readonly topic: string | null
    readonly partition: number | null
    readonly offset: number | null
  } {
    return {
      connector: this.#context('connector.name'),
      task: this.#number('task.id'),
      stage: this.#context('stage'),
      className: this.#context('class.name'),
      exception: this.#context('exception.class.name'),
      message: this.#context('exception.message'),
      topic: this.#context('topic'),
      partition: this.#number('partition'),
      offset: this.#number('offset'),
    }
  }

  #context(name: string): string | null {
    return this.header(`__connect.errors.${name}`) ?? null
  }

  #number(name: string): number | null {
    const value = this.#context(name)
    return value === null ? null : Number(value)
  }
}

/** A slice keeps the whole answer that it came with alive. */
function copied(bytes: Uint8Array | null): Uint8Array | null {
  return bytes === null ? null : Uint8Array.from(bytes)
}

function text(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString()
}
