import { codeOf, type ErrorName } from '../../runtime/kafka/protocol/error-codes.ts'
import { produce } from '../../runtime/kafka/protocol/produce.ts'
import { WireFormatError } from '../../runtime/kafka/protocol/wire.ts'
import { ATTRIBUTES, BATCH, MAGIC_V2 } from '../../runtime/kafka/records/format.ts'
import { RecordBatch } from '../../runtime/kafka/records/record-batch.ts'
import type { BrokerState } from '../state/broker-state.ts'
import type { Topic } from '../state/topic.ts'
import { stampAppendTime } from './append-time.ts'
import { handler } from './handler.ts'
import { type BatchFault, headerFault, type RecordError, recordsFault } from './record-validation.ts'

interface Outcome {
  readonly errorCode: number
  readonly errorMessage: string | null
  readonly baseOffset: number
  readonly logAppendTimeMs: number
  readonly logStartOffset: number
  readonly recordErrors: readonly RecordError[]
}

interface Given {
  readonly name: string
  readonly index: number
  readonly records: Buffer
}

/** From here on clients know Zstandard. */
const zstdSince = 7
const zstd = 4
/** From here on clients know that aborting mends what went wrong. */
const abortableSince = 11

/**
 * Appends batches. Versions before 3 know older formats, 12 is of transactions of the second generation
 * (KIP-890), 13 names topics by id; none of these is answered.
 */
export const produceHandler = handler(
  produce,
  (state, { acks, topicData, transactionalId }, { version }) => {
    const given = topicData.flatMap(({ name, partitionData }) =>
      partitionData.map(({ index, records }) => {
        if (records === null) throw new WireFormatError('no records to append')
        return { name, index, records }
      }),
    )
    const anonymous = transactionalId === null && given.some(({ records }) => isTransactional(records))
    const outcomeOf = (one: Given): Outcome => {
      if (anonymous) return refused('TRANSACTIONAL_ID_AUTHORIZATION_FAILED')
      return append(state, one, version, acks)
    }
    const responses = topicData.map(({ name, partitionData }) => ({
      name,
      partitionResponses: partitionData.map(({ index, records }) => {
        return { index, ...outcomeOf({ name, index, records: records ?? Buffer.alloc(0) }) }
      }),
    }))
    return acks === 0 ? null : { responses, throttleTimeMs: 0 }
  },
  [produce.minVersion, 11],
)

function isTransactional(records: Buffer): boolean {
  if (records.length < BATCH.records || records[BATCH.magic] !== MAGIC_V2) return false
  return (records.readInt16BE(BATCH.attributes) & ATTRIBUTES.transactional) !== 0
}

function append(state: BrokerState, { name, index, records }: Given, version: number, acks: number): Outcome {
  const topic = state.topics.get(name)
  if (topic === undefined) return refused('UNKNOWN_TOPIC_OR_PARTITION')
  const batch = onlyBatch(records, version)
  if (!(batch instanceof RecordBatch)) return batch
  if (acks < -1 || acks > 1) return refused('INVALID_REQUIRED_ACKS')
  if (state.topics.isInternal(name))
    return refused('INVALID_TOPIC_EXCEPTION', `Cannot append to internal topic ${name}`)
  const log = topic.partitions[index]
  if (log === undefined) return refused('UNKNOWN_TOPIC_OR_PARTITION')
  const { startOffset } = log
  const closed = batch.isTransactional ? state.transactions.writeFault(batch, `${name}/${index}`) : null
  if (closed !== null)
    return refused(closed === 'INVALID_TXN_STATE' && version >= abortableSince ? 'TRANSACTION_ABORTABLE' : closed)
  const nowMs = state.clock.nowMs()
  const fault = headerFault(topic, batch) ?? recordsFault(topic, index, batch, nowMs)
  if (fault !== null) return faulty(fault, startOffset)
  const verdict = log.check(batch)
  if (verdict.kind === 'refuse') return refused(verdict.error, null, startOffset)
  if (verdict.kind === 'duplicate') return done(verdict.baseOffset, verdict.timestamp, startOffset)
  const full = roomFault(state, batch)
  if (full !== null) return full
  const stampedMs = stamp(topic, batch, nowMs)
  return done(log.append(batch, topic.limits).baseOffset, stampedMs, startOffset)
}

/** @returns when it was appended, as far as that is what its records go by */
function stamp(topic: Topic, batch: RecordBatch, nowMs: number): number {
  return topic.config('message.timestamp.type') === 'LogAppendTime' ? stampAppendTime(batch, nowMs) : -1
}

/** The batch that these bytes are, or why they are not exactly one. */
function onlyBatch(bytes: Buffer, version: number): RecordBatch | Outcome {
  if (bytes.length < BATCH.magic + 1) return refused('INVALID_RECORD')
  const size = bytes.readInt32BE(BATCH.length) + BATCH.lengthEnd
  if (size < BATCH.magic + 1 + BATCH.lengthEnd - 4) return refused('CORRUPT_MESSAGE')
  const magic = bytes.readInt8(BATCH.magic)
  if (size < BATCH.records - 1 && magic === MAGIC_V2) return refused('CORRUPT_MESSAGE')
  if (magic < 0 || magic > MAGIC_V2) return refused('CORRUPT_MESSAGE', `Invalid magic found in record: ${magic}`)
  if (magic !== MAGIC_V2 || size !== bytes.length || size < BATCH.records) return refused('INVALID_RECORD')
  if (version < zstdSince && (bytes.readInt16BE(BATCH.attributes) & ATTRIBUTES.compressionMask) === zstd)
    return refused('UNSUPPORTED_COMPRESSION_TYPE')
  return new RecordBatch(bytes)
}

function faulty({ error, message, records, early }: BatchFault, logStartOffset: number): Outcome {
  return { ...refused(error, message, early ? -1 : logStartOffset), recordErrors: records }
}

function refused(error: ErrorName, errorMessage: string | null = null, logStartOffset = -1): Outcome {
  const errorCode = codeOf(error)
  return { errorCode, errorMessage, baseOffset: -1, logAppendTimeMs: -1, logStartOffset, recordErrors: [] }
}

/** Not an error that clients try again: nothing would become better by it. */
function roomFault({ topics }: BrokerState, batch: RecordBatch): Outcome | null {
  if (topics.hasRoomFor(batch.bytes.length)) return null
  return refused(
    'POLICY_VIOLATION',
    'The embedded broker keeps its logs in memory, and the room that they may take is used up. Give it a data folder or more room, or topics a retention.bytes',
  )
}

function done(baseOffset: number, logAppendTimeMs: number, logStartOffset: number): Outcome {
  return { errorCode: 0, errorMessage: null, baseOffset, logAppendTimeMs, logStartOffset, recordErrors: [] }
}
