import { codeOf } from '../../runtime/kafka/protocol/error-codes.ts'
import { listOffsets } from '../../runtime/kafka/protocol/list-offsets.ts'
import type { PartitionLog } from '../log/partition-log.ts'
import { handler } from './handler.ts'

const latest = -1
const earliest = -2
const maxTimestamp = -3
/** Where the log begins on this disk: nothing is kept elsewhere. */
const earliestLocal = -4
/** Where what is kept elsewhere ends: nowhere. */
const latestTiered = -5

/** Offsets by place or by time. */
export const listOffsetsHandler = handler(listOffsets, (state, { topics, isolationLevel }) => ({
  throttleTimeMs: 0,
  topics: topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex, timestamp }) => {
      const log = state.topics.get(name)?.partitions[partitionIndex]
      if (log === undefined) return { partitionIndex, errorCode: codeOf('UNKNOWN_TOPIC_OR_PARTITION') }
      const found = offsetOf(log, timestamp, isolationLevel === 1)
      return { partitionIndex, errorCode: 0, leaderEpoch: found.offset < 0 ? -1 : 0, ...found }
    }),
  })),
}))

function offsetOf(log: PartitionLog, timestamp: number, committedOnly: boolean): { offset: number; timestamp: number } {
  const none = { offset: -1, timestamp: -1 }
  switch (timestamp) {
    case latest:
      return { offset: committedOnly ? log.lastStableOffset : log.endOffset, timestamp: -1 }
    case earliest:
    case earliestLocal:
      return { offset: log.startOffset, timestamp: -1 }
    case latestTiered:
      return none
    case maxTimestamp:
      return log.latestTimestamp() ?? none
    default:
      return log.offsetOf(timestamp) ?? none
  }
}
