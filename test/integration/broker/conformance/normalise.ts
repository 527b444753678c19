import { errorCode } from '../../../../runtime/kafka/protocol/error-codes.ts'
import { NIL_UUID } from '../../../../runtime/kafka/protocol/schema.ts'
import { readBatches, type RecordBatch } from '../../../../runtime/kafka/records/record-batch.ts'

const uuid = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g
/** What differs between any two brokers, and says nothing. */
const passedOver: ReadonlySet<string> = new Set(['throttleTimeMs', 'port', 'clusterId', 'documentation'])

/** What two brokers must answer alike: error codes by name, and what each makes up for itself (ids) in its place only. */
export class Normaliser {
  readonly #suffix: string
  readonly #producerIds: number[] = []

  /** @param suffix what the names of a run end with */
  constructor(suffix: string) {
    this.#suffix = suffix
  }

  of(value: unknown, key = ''): unknown {
    if (value instanceof Error) return this.#text(`thrown: ${value.message}`)
    if (value instanceof Uint8Array)
      return key === 'records' ? this.#batches(value) : Buffer.from(value).toString('latin1')
    if (Array.isArray(value)) return value.map((item) => this.of(item))
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(
        Object.entries(value)
          .filter(([name]) => !passedOver.has(name))
          .map(([name, item]) => [name, this.of(item, name)]),
      )
    if (typeof value === 'number' && /errorcode$/i.test(key)) return value === 0 ? 0 : errorCode(value).name
    if (typeof value === 'number' && key === 'producerId') return this.#producerId(value)
    if (typeof value === 'string') return key === 'topicId' && value !== NIL_UUID ? '<id>' : this.#text(value)
    return value
  }

  #text(text: string): string {
    return text.replaceAll(this.#suffix, '').replaceAll(uuid, '<uuid>')
  }

  #producerId(id: number): number | string {
    if (id < 0) return id
    if (!this.#producerIds.includes(id)) this.#producerIds.push(id)
    return `producer ${this.#producerIds.indexOf(id)}`
  }

  #batches(bytes: Uint8Array): unknown {
    return readBatches(Buffer.from(bytes)).batches.map((batch) => ({
      offsets: [batch.baseOffset, batch.lastOffset],
      leaderEpoch: batch.leaderEpoch,
      producerId: this.#producerId(batch.producerId),
      sequence: [batch.producerEpoch, batch.baseSequence],
      transactional: batch.isTransactional,
      compression: batch.compression,
      timestampType: batch.timestampType,
      records: batch.isControl ? batch.marker : valuesOf(batch),
    }))
  }
}

function valuesOf(batch: RecordBatch): string[] {
  const values: string[] = []
  const records = batch.records('', 0)
  for (let record = records.next(); record !== null; record = records.next())
    values.push(`${String(record.key)}=${String(record.value)}`)
  return values
}
