import { addOffsetsToTxn } from '../../runtime/kafka/protocol/add-offsets-to-txn.ts'
import { addPartitionsToTxn } from '../../runtime/kafka/protocol/add-partitions-to-txn.ts'
import { endTxn } from '../../runtime/kafka/protocol/end-txn.ts'
import { codeOf, type ErrorName } from '../../runtime/kafka/protocol/error-codes.ts'
import { txnOffsetCommit } from '../../runtime/kafka/protocol/txn-offset-commit.ts'
import { code } from './groups.ts'
import { handler } from './handler.ts'

/** Clients from before version 2 know a fenced producer by its epoch only. */
function fenced(error: ErrorName | null, version: number): number {
  return error === 'PRODUCER_FENCED' && version < 2 ? codeOf('INVALID_PRODUCER_EPOCH') : code(error)
}

/** Versions from 4 on are asked by brokers and are not answered. */
export const addPartitionsToTxnHandler = handler(
  addPartitionsToTxn,
  (state, body, { version }) => {
    const producer = { producerId: body.v3AndBelowProducerId, producerEpoch: body.v3AndBelowProducerEpoch }
    const places = body.v3AndBelowTopics.flatMap(({ name, partitions }) =>
      partitions.map((partition) => ({ name, partition })),
    )
    const isThere = (name: string, partition: number): boolean =>
      state.topics.get(name)?.partitions[partition] !== undefined
    const missing = places.some(({ name, partition }) => !isThere(name, partition))
    const wanted = places.map(({ name, partition }) => `${name}/${partition}`)
    // All or none: with one that is not there the others are left alone.
    const error = missing ? null : state.transactions.add(body.v3AndBelowTransactionalId, producer, wanted)
    const outcome = (name: string, partition: number): number => {
      if (!missing) return fenced(error, version)
      return codeOf(isThere(name, partition) ? 'OPERATION_NOT_ATTEMPTED' : 'UNKNOWN_TOPIC_OR_PARTITION')
    }
    return {
      throttleTimeMs: 0,
      resultsByTopicV3AndBelow: body.v3AndBelowTopics.map(({ name, partitions }) => ({
        name,
        resultsByPartition: partitions.map((partitionIndex) => ({
          partitionIndex,
          partitionErrorCode: outcome(name, partitionIndex),
        })),
      })),
    }
  },
  [addPartitionsToTxn.minVersion, 3],
)

export const addOffsetsToTxnHandler = handler(
  addOffsetsToTxn,
  ({ transactions }, { transactionalId, producerId, producerEpoch }, { version }) => ({
    throttleTimeMs: 0,
    errorCode: fenced(transactions.addOffsets(transactionalId, { producerId, producerEpoch }), version),
  }),
  [addOffsetsToTxn.minVersion, 3],
)

export const endTxnHandler = handler(
  endTxn,
  ({ transactions }, { transactionalId, producerId, producerEpoch, committed }, { version }) => ({
    throttleTimeMs: 0,
    errorCode: fenced(transactions.end(transactionalId, { producerId, producerEpoch }, committed), version),
  }),
  [endTxn.minVersion, 4],
)

export const txnOffsetCommitHandler = handler(
  txnOffsetCommit,
  (state, body, { version }) => {
    const { groupId, producerId, producerEpoch } = body
    const named = body.generationId >= 0 || body.memberId !== ''
    const speaker = { memberId: body.memberId, instanceId: body.groupInstanceId, generation: body.generationId }
    const found = named ? state.groups.commitFault(groupId, speaker) : null
    const fault = found === 'GROUP_ID_NOT_FOUND' ? 'ILLEGAL_GENERATION' : found
    const topics = body.topics.map(({ name: topic, partitions }) => ({
      name: topic,
      partitions: partitions.map(({ partitionIndex: partition, ...given }) => {
        const { committedOffset: offset, committedLeaderEpoch: leaderEpoch, committedMetadata: metadata } = given
        const place = { topic, partition, offset, leaderEpoch, metadata }
        const producer = { producerId, producerEpoch }
        const missing = state.topics.get(topic)?.partitions[partition] === undefined
        if (missing) return { partitionIndex: partition, errorCode: codeOf('UNKNOWN_TOPIC_OR_PARTITION') }
        const error = fault ?? state.transactions.commitOffset(body.transactionalId, producer, groupId, place)
        return { partitionIndex: partition, errorCode: fenced(error, version) }
      }),
    }))
    return { throttleTimeMs: 0, topics }
  },
  [txnOffsetCommit.minVersion, 4],
)
