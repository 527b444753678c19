import { createTopics } from '../../runtime/kafka/protocol/create-topics.ts'
import { NIL_UUID } from '../../runtime/kafka/protocol/schema.ts'
import { codeOf } from '../../runtime/kafka/protocol/error-codes.ts'
import type { BrokerState } from '../state/broker-state.ts'
import type { Topic } from '../state/topic.ts'
import { topicConfigKeys } from '../state/topic-configs.ts'
import { BrokerError } from '../state/broker-error.ts'
import type { NewTopic } from '../state/topics.ts'
import { handler } from './handler.ts'

/** DescribeConfigs' sources: given to the topic, or the default. */
const dynamicTopic = 1
const defaultConfig = 5

/** Makes topics, each for itself; with `validateOnly` it only says what would come of it. */
export const createTopicsHandler = handler(createTopics, (state, { topics, validateOnly }) => {
  const names = topics.map(({ name }) => name)
  return {
    throttleTimeMs: 0,
    topics: [...new Set(names)].map((name) => {
      const [wanted, ...others] = topics.filter((topic) => topic.name === name)
      if (wanted === undefined || others.length > 0)
        return failed(name, new BrokerError('INVALID_REQUEST', 'Duplicate topic name.'))
      const { numPartitions: partitions, replicationFactor, assignments } = wanted
      const configs = new Map(wanted.configs.map(({ name: key, value }) => [key, value]))
      return create(state, { name, partitions, replicationFactor, assignments, configs }, validateOnly)
    }),
  }
})

function create({ topics }: BrokerState, wanted: NewTopic, validateOnly: boolean) {
  try {
    return made(topics.create(wanted, validateOnly), topics.countOf(wanted))
  } catch (error) {
    if (error instanceof BrokerError) return failed(wanted.name, error)
    throw error
  }
}

function made(topic: Topic, numPartitions: number) {
  return {
    name: topic.name,
    topicId: topic.id,
    errorCode: 0,
    errorMessage: null,
    numPartitions,
    replicationFactor: 1,
    configs: topicConfigKeys.map(({ name: key }) => ({
      name: key,
      value: topic.config(key),
      readOnly: false,
      configSource: topic.overrides.has(key) ? dynamicTopic : defaultConfig,
      isSensitive: false,
    })),
  }
}

function failed(name: string, { error, told }: BrokerError) {
  return { name, topicId: NIL_UUID, errorCode: codeOf(error), errorMessage: told, configs: null }
}
