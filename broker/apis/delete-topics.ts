import { deleteTopics } from '../../runtime/kafka/protocol/delete-topics.ts'
import { NIL_UUID } from '../../runtime/kafka/protocol/schema.ts'
import { codeOf, type ErrorName } from '../../runtime/kafka/protocol/error-codes.ts'
import type { BrokerState } from '../state/broker-state.ts'
import { handler } from './handler.ts'

interface Wanted {
  readonly name: string | null
  readonly topicId: string
}

/** Deletes topics by name, or by id. */
export const deleteTopicsHandler = handler(deleteTopics, (state, { topics, topicNames }, { version }) => {
  const wanted = version < 6 ? topicNames.map((name) => ({ name, topicId: NIL_UUID })) : topics
  const isSame = (a: Wanted, b: Wanted): boolean => a.name === b.name && a.topicId === b.topicId
  const distinct = wanted.filter((topic, index) => wanted.findIndex((other) => isSame(other, topic)) === index)
  return {
    throttleTimeMs: 0,
    responses: distinct.map((topic) => {
      const { name, topicId } = topic
      if (name !== null && topicId !== NIL_UUID)
        return refused(topic, 'INVALID_REQUEST', 'You may not specify both topic name and topic id.')
      if (name === null && topicId === NIL_UUID)
        return refused(topic, 'INVALID_REQUEST', 'Neither topic name nor id were specified.')
      if (wanted.filter((other) => isSame(other, topic)).length > 1)
        return refused(topic, 'INVALID_REQUEST', name === null ? 'Duplicate topic id.' : 'Duplicate topic name.')
      return name === null ? byId(state, topic) : byName(state, name)
    }),
  }
})

function byName(state: BrokerState, name: string) {
  const topicId = state.topics.get(name)?.id ?? NIL_UUID
  if (!state.deleteTopic(name))
    return refused({ name, topicId }, 'UNKNOWN_TOPIC_OR_PARTITION', 'This server does not host this topic-partition.')
  return { name, topicId, errorCode: 0 }
}

function byId(state: BrokerState, wanted: Wanted) {
  const name = state.topics.byId(wanted.topicId)?.name
  if (name !== undefined) return byName(state, name)
  return refused(wanted, 'UNKNOWN_TOPIC_ID', 'This server does not host this topic ID.')
}

function refused(topic: Wanted, error: ErrorName, errorMessage: string) {
  return { ...topic, errorCode: codeOf(error), errorMessage }
}
