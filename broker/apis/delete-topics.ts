import { deleteTopics } from '../../runtime/kafka/protocol/delete-topics.ts'
import { NIL_UUID } from '../../runtime/kafka/protocol/schema.ts'
import { codeOf } from '../../runtime/kafka/protocol/error-codes.ts'
import type { BrokerState } from '../state/broker-state.ts'
import { handler } from './handler.ts'

/** Deletes topics by name, or by id. */
export const deleteTopicsHandler = handler(deleteTopics, (state, { topics, topicNames }, { version }) => ({
  throttleTimeMs: 0,
  responses:
    version < 6
      ? topicNames.map((name) => byName(state, name))
      : topics.map(({ name, topicId }) => (name === null ? byId(state, topicId) : byName(state, name))),
}))

function byName(state: BrokerState, name: string) {
  const topicId = state.topics.get(name)?.id ?? NIL_UUID
  if (state.topics.delete(name)) {
    state.groups.forgetTopic(name)
    return { name, topicId, errorCode: 0 }
  }
  return { name, topicId, errorCode: codeOf('UNKNOWN_TOPIC_OR_PARTITION'), errorMessage: unknown }
}

function byId(state: BrokerState, topicId: string) {
  const name = state.topics.byId(topicId)?.name
  if (name !== undefined) return byName(state, name)
  return {
    name: null,
    topicId,
    errorCode: codeOf('UNKNOWN_TOPIC_ID'),
    errorMessage: 'This server does not host this topic ID.',
  }
}

const unknown = 'This server does not host this topic-partition.'
