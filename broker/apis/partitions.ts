import { createPartitions } from '../../runtime/kafka/protocol/create-partitions.ts'
import { deleteRecords } from '../../runtime/kafka/protocol/delete-records.ts'
import { codeOf } from '../../runtime/kafka/protocol/error-codes.ts'
import { offsetForLeaderEpoch } from '../../runtime/kafka/protocol/offset-for-leader-epoch.ts'
import { BrokerError } from '../state/topics.ts'
import { handler } from './handler.ts'

export const createPartitionsHandler = handler(createPartitions, ({ topics }, { topics: wanted, validateOnly }) => ({
  throttleTimeMs: 0,
  results: wanted.map(({ name, count }) => {
    const fault = faultOf(() => topics.addPartitions(name, count, validateOnly))
    return { name, errorCode: fault === null ? 0 : codeOf(fault.error), errorMessage: fault?.message ?? null }
  }),
}))

export const deleteRecordsHandler = handler(deleteRecords, ({ topics }, { topics: wanted }) => ({
  throttleTimeMs: 0,
  topics: wanted.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex, offset }) => {
      let lowWatermark = -1
      const fault = faultOf(() => {
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
    partitions: partitions.map(({ partition, leaderEpoch }) => {
      const log = state.topics.get(topic)?.partitions[partition]
      if (log === undefined) return { partition, errorCode: codeOf('UNKNOWN_TOPIC_OR_PARTITION') }
      return leaderEpoch === 0
        ? { partition, errorCode: 0, leaderEpoch: 0, endOffset: log.endOffset }
        : { partition, errorCode: 0 }
    }),
  })),
}))

function faultOf(work: () => void): BrokerError | null {
  try {
    work()
    return null
  } catch (error) {
    if (error instanceof BrokerError) return error
    throw error
  }
}
