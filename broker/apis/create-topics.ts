import { createTopics } from '../../runtime/kafka/protocol/create-topics.ts'
import { NIL_UUID } from '../../runtime/kafka/protocol/schema.ts'
import { codeOf } from '../../runtime/kafka/protocol/error-codes.ts'
import type { BrokerState } from '../state/broker-state.ts'
import type { Topic } from '../state/topic.ts'
import { topicConfigKeys } from '../state/topic-configs.ts'
import { BrokerError } from '../state/topics.ts'
import { handler } from './handler.ts'

type Wanted = Parameters<BrokerState['topics']['create']>[0]

/** DescribeConfigs' sources: given to the topic, or the default. */
const dynamicTopic = 1
const defaultConfig = 5

/** Makes topics, each for itself; with `validateOnly` it only says what would come of it. */
export const createTopicsHandler = handler(createTopics, (state, { topics, validateOnly }) => {
  const names = topics.map(({ name }) => name)
  return {
    throttleTimeMs: 0,
    topics: topics.map(({ name, numPartitions, replicationFactor, assignments, configs }) => {
      if (names.indexOf(name) !== names.lastIndexOf(name))
        return failed(name, new BrokerError('INVALID_REQUEST', 'Duplicate topic name.'))
      // Where each replica is to be placed says how many partitions there are; all of them are here.
      const partitions = assignments.length > 0 ? assignments.length : numPartitions
      const given = configs.flatMap(({ name: key, value }) => (value === null ? [] : [[key, value] as const]))
      const wanted: Wanted = { name, partitions, replicationFactor, configs: new Map(given) }
      try {
        return made(name, state.topics.create(wanted, validateOnly), wanted)
      } catch (error) {
        if (error instanceof BrokerError) return failed(name, error)
        throw error
      }
    }),
  }
})

function made(name: string, topic: Topic | null, wanted: Wanted) {
  return {
    name,
    topicId: topic?.id ?? NIL_UUID,
    errorCode: 0,
    errorMessage: null,
    numPartitions: topic?.partitions.length ?? wanted.partitions,
    replicationFactor: 1,
    configs: topicConfigKeys.map(({ name: key, value }) => ({
      name: key,
      value: wanted.configs.get(key) ?? value,
      readOnly: false,
      configSource: wanted.configs.has(key) ? dynamicTopic : defaultConfig,
      isSensitive: false,
    })),
  }
}

function failed(name: string, { error, message }: BrokerError) {
  return { name, topicId: NIL_UUID, errorCode: codeOf(error), errorMessage: message, configs: null }
}
