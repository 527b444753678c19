import { codeOf, type ErrorName } from '../../runtime/kafka/protocol/error-codes.ts'
import { produce } from '../../runtime/kafka/protocol/produce.ts'
import { BATCH, MAGIC_V2 } from '../../runtime/kafka/records/format.ts'
import { RecordBatch } from '../../runtime/kafka/records/record-batch.ts'
import type { BrokerState } from '../state/broker-state.ts'
import type { Topic } from '../state/topic.ts'
import { stampAppendTime } from './append-time.ts'
import { handler } from './handler.ts'

interface Outcome {
  readonly error: ErrorName | null
  readonly baseOffset: number
  readonly logAppendTimeMs: number
  readonly logStartOffset: number
  readonly message: string | null
}

/**
 * Appends batches. Versions before 3 know older formats, 12 is of transactions of the second generation
 * (KIP-890), 13 names topics by id; none of these is answered.
 */
export const produceHandler = handler(
  produce,
  (state, { acks, topicData }) => {
    const responses = topicData.map(({ name, partitionData }) => ({
      name,
      partitionResponses: partitionData.map(({ index, records }) => {
        const { error, message, ...outcome } = append(state, name, index, records)
        return { index, errorCode: error === null ? 0 : codeOf(error), errorMessage: message, ...outcome }
      }),
    }))
    return acks === 0 ? null : { responses, throttleTimeMs: 0 }
  },
  [produce.minVersion, 11],
)

function append(state: BrokerState, name: string, index: number, records: Buffer | null): Outcome {
  const topic = state.topics.get(name)
  const log = topic?.partitions[index]
  if (topic === undefined || log === undefined) return refused('UNKNOWN_TOPIC_OR_PARTITION')
  const batch = records === null ? null : onlyBatch(records)
  if (batch === null)
    return refused('INVALID_RECORD', 'A request takes exactly one batch of the current format for each partition')
  const fault = faultOf(topic, batch) ?? roomFault(state, batch)
  if (fault !== null) return fault
  const closed = batch.isTransactional ? state.transactions.writeFault(batch, `${name}/${index}`) : null
  if (closed !== null) return refused(closed)
  const verdict = log.check(batch)
  if (verdict.kind === 'refuse') return refused(verdict.error)
  const logStartOffset = log.startOffset
  if (verdict.kind === 'duplicate') return done(verdict.baseOffset, -1, logStartOffset)
  const logAppendTimeMs =
    topic.config('message.timestamp.type') === 'LogAppendTime' ? stampAppendTime(batch, state.clock.nowMs()) : -1
  const { baseOffset } = log.append(batch, topic.limits)
  return done(baseOffset, logAppendTimeMs, logStartOffset)
}

/** The batch that these bytes are; null when they are anything else. */
function onlyBatch(bytes: Buffer): RecordBatch | null {
  if (bytes.length < BATCH.records || bytes[BATCH.magic] !== MAGIC_V2) return null
  return bytes.readInt32BE(BATCH.length) + BATCH.lengthEnd === bytes.length ? new RecordBatch(bytes) : null
}

function faultOf(topic: Topic, batch: RecordBatch): Outcome | null {
  if (batch.bytes.length > Number(topic.config('max.message.bytes'))) return refused('MESSAGE_TOO_LARGE')
  if (!batch.isIntact) return refused('CORRUPT_MESSAGE')
  if (batch.count < 1 || batch.isControl || batch.lastOffset - batch.baseOffset !== batch.count - 1)
    return refused('INVALID_RECORD', 'The batch does not hold the records that its header tells of')
  return null
}

/** Not an error that clients try again: nothing would become better by it. */
function roomFault({ topics }: BrokerState, batch: RecordBatch): Outcome | null {
  if (topics.hasRoomFor(batch.bytes.length)) return null
  return refused(
    'POLICY_VIOLATION',
    'The embedded broker keeps its logs in memory, and the room that they may take is used up. Give it a data folder or more room, or topics a retention.bytes',
  )
}

function refused(error: ErrorName, message: string | null = null): Outcome {
  return { error, message, baseOffset: -1, logAppendTimeMs: -1, logStartOffset: -1 }
}

function done(baseOffset: number, logAppendTimeMs: number, logStartOffset: number): Outcome {
  return { error: null, message: null, baseOffset, logAppendTimeMs, logStartOffset }
}
