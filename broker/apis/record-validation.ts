import type { ErrorName } from '../../runtime/kafka/protocol/error-codes.ts'
import { CompressionUnavailableError } from '../../runtime/kafka/records/compression.ts'
import { ATTRIBUTES, BATCH, RecordFormatError } from '../../runtime/kafka/records/format.ts'
import type { RecordBatch } from '../../runtime/kafka/records/record-batch.ts'
import type { KafkaRecord } from '../../runtime/kafka/records/record.ts'
import type { Topic } from '../state/topic.ts'

/** One record that is refused, by its place in the batch. */
export interface RecordError {
  readonly batchIndex: number
  readonly batchIndexErrorMessage: string
}

/** Why a batch is refused. */
export interface BatchFault {
  readonly error: ErrorName
  readonly message: string | null
  readonly records: readonly RecordError[]
  /** Kafka has not looked at the log by then, and does not say where it begins. */
  readonly early: boolean
}

const shownMax = 3

/** What the header of a batch says against it; null when nothing does. */
export function headerFault(topic: Topic, batch: RecordBatch): BatchFault | null {
  if (batch.baseOffset !== 0) return invalid
  if (batch.bytes.length > Number(topic.config('max.message.bytes'))) return early('MESSAGE_TOO_LARGE')
  if (!batch.isIntact) return early('CORRUPT_MESSAGE')
  if (batch.producerId >= 0 && batch.baseSequence < 0) return invalid
  if (batch.isControl || batch.count < 1 || batch.bytes.readInt32BE(BATCH.lastOffsetDelta) !== batch.count - 1)
    return invalid
  return null
}

/** What the records of a batch say against it. */
export function recordsFault(topic: Topic, partition: number, batch: RecordBatch, nowMs: number): BatchFault | null {
  const times = timesOf(topic, nowMs)
  const [badTimes, keyless]: [RecordError[], RecordError[]] = [[], []]
  const needsKey = topic.compacts
  const where = `${topic.name}-${partition}`
  const look = (record: KafkaRecord, batchIndex: number): void => {
    if (needsKey && record.key === null) {
      const text = `Compacted topic cannot accept message without key in topic partition ${where}`
      keyless.push({ batchIndex, batchIndexErrorMessage: text })
    }
    const { timestamp } = record
    if (times !== null && timestamp !== -1 && (timestamp < times.min || timestamp > times.max)) {
      const text = `Timestamp ${timestamp} of message with offset ${batchIndex} is out of range. The timestamp should be within [${times.minText}, ${times.max}]`
      badTimes.push({ batchIndex, batchIndexErrorMessage: text })
    }
  }
  const damage = walk(batch, look)
  if (damage !== null) return damage
  const records = [...badTimes, ...keyless].toSorted((a, b) => a.batchIndex - b.batchIndex)
  if (badTimes.length > 0) {
    const message = 'One or more records have been rejected due to invalid timestamp'
    return { error: 'INVALID_TIMESTAMP', message, records, early: false }
  }
  return keyless.length === 0 ? null : { error: 'INVALID_RECORD', message: summary(keyless), records, early: false }
}

/** Calls back for each record, which must be there and in order. */
function walk(batch: RecordBatch, look: (record: KafkaRecord, index: number) => void): BatchFault | null {
  try {
    const cursor = batch.records('', 0)
    let index = 0
    for (let record = cursor.next(); record !== null; record = cursor.next()) {
      if (record.offset !== batch.baseOffset + index) return invalid
      look(record, index)
      index += 1
    }
    return cursor.isAtEnd ? null : invalid
  } catch (error) {
    if (error instanceof CompressionUnavailableError) return null // kept as it came, as Kafka's clients will take it
    if (!(error instanceof RecordFormatError)) throw error
    // Kafka has no better name for what it cannot decompress.
    return isCompressed(batch) ? unknown : invalid
  }
}

function isCompressed(batch: RecordBatch): boolean {
  return (batch.bytes.readInt16BE(BATCH.attributes) & ATTRIBUTES.compressionMask) !== 0
}

/** Null: nothing is out of bounds. */
function timesOf(topic: Topic, nowMs: number): { min: number; minText: string; max: number } | null {
  if (topic.config('message.timestamp.type') === 'LogAppendTime') return null
  const before = BigInt(topic.config('message.timestamp.before.max.ms'))
  const min = BigInt(nowMs) - before
  return {
    min: Number(min),
    minText: String(min),
    max: nowMs + Number(topic.config('message.timestamp.after.max.ms')),
  }
}

function summary(records: readonly RecordError[]): string {
  const shown = records
    .slice(0, shownMax)
    .map(
      ({ batchIndex, batchIndexErrorMessage }) =>
        `RecordError(batchIndex=${batchIndex}, message='${batchIndexErrorMessage}')`,
    )
  return `One or more records have been rejected due to ${records.length} record errors in total, and only showing the first three errors at most: [${shown.join(', ')}]`
}

function early(error: ErrorName): BatchFault {
  return { error, message: null, records: [], early: true }
}

const invalid: BatchFault = { error: 'INVALID_RECORD', message: null, records: [], early: false }
const unknown: BatchFault = { error: 'UNKNOWN_SERVER_ERROR', message: null, records: [], early: false }
