import { NIL_UUID } from '../../runtime/kafka/protocol/schema.ts'
import { codeOf } from '../../runtime/kafka/protocol/error-codes.ts'
import { metadata } from '../../runtime/kafka/protocol/metadata.ts'
import { type BrokerState, nodeId } from '../state/broker-state.ts'
import type { Topic } from '../state/topic.ts'
import { BrokerError, refusalOf } from '../state/broker-error.ts'
import { checkName } from '../state/topic-name.ts'
import { handler } from './handler.ts'

/** Brokers and topics; makes topics that are asked for by name where that is allowed. */
export const metadataHandler = handler(metadata, (state, { topics, allowAutoTopicCreation }, { version }) => {
  const { host, port } = state.address
  // Version 0 has no null: an empty list asks for all.
  const all = topics === null || (version === 0 && topics.length === 0)
  const described = all
    ? state.topics.all().map((topic) => describe(state, topic))
    : distinct(topics).map(({ name, topicId }) =>
        name === null
          ? byId(state, topicId, version)
          : byName(state, name, allowAutoTopicCreation && state.createTopics),
      )
  return {
    throttleTimeMs: 0,
    brokers: [{ nodeId, host, port, rack: null }],
    clusterId: state.clusterId,
    controllerId: nodeId,
    topics: described,
    errorCode: 0,
  }
})

/** A topic that is named twice is described once. */
function distinct<T extends { readonly name: string | null; readonly topicId: string }>(
  topics: readonly T[],
): readonly T[] {
  return [...new Map(topics.map((topic) => [topic.name ?? `/${topic.topicId}`, topic])).values()]
}

function byName(state: BrokerState, name: string, create: boolean) {
  const known = state.topics.get(name)
  if (known !== undefined) return describe(state, known)
  if (!create) {
    const fault = refusalOf(() => checkName(name))
    return missing(name, NIL_UUID, fault?.error ?? 'UNKNOWN_TOPIC_OR_PARTITION')
  }
  try {
    const made = state.topics.create({ name, partitions: -1, replicationFactor: -1, configs: new Map() })
    return describe(state, made)
  } catch (error) {
    if (error instanceof BrokerError) return missing(name, NIL_UUID, error.error)
    throw error
  }
}

/** From here on topics may be asked for by id, though there was room for one before. */
const idsSince = 12

function byId(state: BrokerState, topicId: string, version: number) {
  if (version < idsSince) return missing('', topicId, 'INVALID_REQUEST')
  const known = state.topics.byId(topicId)
  return known === undefined ? missing(null, topicId, 'UNKNOWN_TOPIC_ID') : describe(state, known)
}

function missing(name: string | null, topicId: string, error: Parameters<typeof codeOf>[0]) {
  return { errorCode: codeOf(error), name, topicId, isInternal: false, partitions: [] }
}

function describe(state: BrokerState, topic: Topic) {
  return {
    errorCode: 0,
    name: topic.name,
    topicId: topic.id,
    isInternal: state.topics.isInternal(topic.name),
    partitions: topic.partitions.map((_, partitionIndex) => ({
      errorCode: 0,
      partitionIndex,
      leaderId: nodeId,
      leaderEpoch: 0,
      replicaNodes: [nodeId],
      isrNodes: [nodeId],
      offlineReplicas: [],
    })),
  }
}
