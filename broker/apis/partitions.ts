import { createPartitions } from '../../runtime/kafka/protocol/create-partitions.ts'
import { deleteRecords } from '../../runtime/kafka/protocol/delete-records.ts'
import { codeOf } from '../../runtime/kafka/protocol/error-codes.ts'
import { offsetForLeaderEpoch } from '../../runtime/kafka/protocol/offset-for-leader-epoch.ts'
import { refusalOf } from '../state/broker-error.ts'
import { handler } from './handler.ts'
import { isUnknownEpoch } from './leader-epoch.ts'

export const createPartitionsHandler = handler(createPartitions, ({ topics }, { topics: wanted, validateOnly }) => {
  const names = wanted.map(({ name }) => name)
  return {
    throttleTimeMs: 0,
    results: [...new Set(names)].map((name) => {
      const [only, ...others] = wanted.filter((each) => each.name === name)
      if (only === undefined || others.length > 0)
        return { name, errorCode: codeOf('INVALID_REQUEST'), errorMessage: 'Duplicate topic name.' }
      const fault = refusalOf(() => topics.addPartitions(name, only.count, only.assignments, validateOnly))
      return { name, errorCode: fault === null ? 0 : codeOf(fault.error), errorMessage: fault?.told ?? null }
    }),
  }
})

export const deleteRecordsHandler = handler(deleteRecords, ({ topics }, { topics: wanted }) => ({
  throttleTimeMs: 0,
  topics: wanted.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex, offset }) => {
      let lowWatermark = -1
      const fault = refusalOf(() => {
        lowWatermark = topics.deleteRecords(name, partitionIndex, offset)
      })
      return { partitionIndex, lowWatermark, errorCode: fault === null ? 0 : codeOf(fault.error) }
    }),
  })),
}))

/** There was one leader and one epoch: it ends where the log does. */
export const offsetForLeaderEpochHandler = handler(offsetForLeaderEpoch, (state, { topics }) => ({
  throttleTimeMs: 0,
  topics: topics.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map(({ partition, leaderEpoch, currentLeaderEpoch }) => {
      const log = state.topics.get(topic)?.partitions[partition]
      if (log === undefined) return { partition, errorCode: codeOf('UNKNOWN_TOPIC_OR_PARTITION') }
      if (isUnknownEpoch(currentLeaderEpoch)) return { partition, errorCode: codeOf('UNKNOWN_LEADER_EPOCH') }
      return leaderEpoch === 0
        ? { partition, errorCode: 0, leaderEpoch: 0, endOffset: log.endOffset }
        : { partition, errorCode: 0 }
    }),
  })),
}))
