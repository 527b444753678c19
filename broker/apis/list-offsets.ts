import { codeOf } from '../../runtime/kafka/protocol/error-codes.ts'
import { listOffsets } from '../../runtime/kafka/protocol/list-offsets.ts'
import type { PartitionLog } from '../log/partition-log.ts'
import { handler } from './handler.ts'
import { isUnknownEpoch } from './leader-epoch.ts'

const latest = -1
const earliest = -2
const maxTimestamp = -3
/** Where the log begins on this disk: nothing is kept elsewhere. */
const earliestLocal = -4
/** Where what is kept elsewhere ends: nowhere. */
const latestTiered = -5
/** Where what is still to be kept elsewhere begins: nowhere. */
const earliestPending = -6

/** From which version on a place may be asked for. */
const since: Readonly<Record<number, number>> = {
  [latest]: 1,
  [earliest]: 1,
  [maxTimestamp]: 7,
  [earliestLocal]: 8,
  [latestTiered]: 9,
  [earliestPending]: 11,
}

/** Offsets by place or by time. */
export const listOffsetsHandler = handler(listOffsets, (state, { topics, isolationLevel }, { version }) => ({
  throttleTimeMs: 0,
  topics: topics.map(({ name, partitions }) => ({
    name,
    partitions: distinct(partitions).map(({ partitionIndex, timestamp, currentLeaderEpoch }) => {
      if (partitions.filter((other) => other.partitionIndex === partitionIndex).length > 1)
        return { partitionIndex, errorCode: codeOf('INVALID_REQUEST') }
      if (timestamp < 0 && version < (since[timestamp] ?? Infinity))
        return { partitionIndex, errorCode: codeOf('UNSUPPORTED_VERSION') }
      const log = state.topics.get(name)?.partitions[partitionIndex]
      if (log === undefined) return { partitionIndex, errorCode: codeOf('UNKNOWN_TOPIC_OR_PARTITION') }
      if (isUnknownEpoch(currentLeaderEpoch)) return { partitionIndex, errorCode: codeOf('UNKNOWN_LEADER_EPOCH') }
      const found = offsetOf(log, timestamp, isolationLevel === 1)
      return { partitionIndex, errorCode: 0, leaderEpoch: found.offset < 0 ? -1 : 0, ...found }
    }),
  })),
}))

function distinct<P extends { readonly partitionIndex: number }>(partitions: readonly P[]): readonly P[] {
  return [...new Map(partitions.map((partition) => [partition.partitionIndex, partition])).values()]
}

function offsetOf(log: PartitionLog, timestamp: number, committedOnly: boolean): { offset: number; timestamp: number } {
  const none = { offset: -1, timestamp: -1 }
  switch (timestamp) {
    case latest:
      return { offset: committedOnly ? log.lastStableOffset : log.endOffset, timestamp: -1 }
    case earliest:
    case earliestLocal:
      return { offset: log.startOffset, timestamp: -1 }
    case latestTiered:
    case earliestPending:
      return none
    case maxTimestamp:
      return log.latestTimestamp() ?? none
    default: {
      const found = log.offsetOf(timestamp)
      return found === null || (committedOnly && found.offset >= log.lastStableOffset) ? none : found
    }
  }
}
