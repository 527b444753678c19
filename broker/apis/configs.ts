import { alterConfigs } from '../../runtime/kafka/protocol/alter-configs.ts'
import { describeConfigs } from '../../runtime/kafka/protocol/describe-configs.ts'
import { codeOf, type ErrorName } from '../../runtime/kafka/protocol/error-codes.ts'
import { incrementalAlterConfigs } from '../../runtime/kafka/protocol/incremental-alter-configs.ts'
import type { BrokerState } from '../state/broker-state.ts'
import type { Topic } from '../state/topic.ts'
import { topicConfigKey, topicConfigKeys } from '../state/topic-configs.ts'
import { BrokerError, unknownPartition } from '../state/topics.ts'
import { handler } from './handler.ts'

const resources = { topic: 2, broker: 4 } as const
/** Given to the topic, or the default. */
const sources = { topic: 1, default: 5 } as const
const types = { BOOLEAN: 1, STRING: 2, INT: 3, LONG: 5, DOUBLE: 6, LIST: 7 } as const
const operations = { set: 0, delete: 1, append: 2, subtract: 3 } as const

/** The configs of topics; a broker has none to show. */
export const describeConfigsHandler = handler(describeConfigs, (state, body) => ({
  throttleTimeMs: 0,
  results: body.resources.map(({ resourceType, resourceName, configurationKeys }) => {
    const named = { resourceType, resourceName }
    if (resourceType === resources.broker) return { ...named, errorCode: 0, errorMessage: null, configs: [] }
    const topic = resourceType === resources.topic ? state.topics.get(resourceName) : undefined
    if (topic === undefined) return { ...named, ...failure(resourceType), configs: [] }
    const keys = topicConfigKeys.filter(({ name }) => configurationKeys === null || configurationKeys.includes(name))
    const configs = keys.map((key) => entry(topic, key, body.includeSynonyms))
    return { ...named, errorCode: 0, errorMessage: null, configs }
  }),
}))

function entry(topic: Topic, key: (typeof topicConfigKeys)[number], includeSynonyms: boolean) {
  const given = topic.overrides.get(key.name)
  const synonyms = [
    ...(given === undefined ? [] : [{ name: key.name, value: given, source: sources.topic }]),
    { name: key.name, value: key.value, source: sources.default },
  ]
  return {
    name: key.name,
    value: given ?? key.value,
    readOnly: false,
    configSource: given === undefined ? sources.default : sources.topic,
    isSensitive: false,
    synonyms: includeSynonyms ? synonyms : [],
    configType: types[key.type],
    documentation: null,
  }
}

/** Replaces all that topics were given. */
export const alterConfigsHandler = handler(alterConfigs, (state, body) => ({
  throttleTimeMs: 0,
  responses: body.resources.map(({ resourceType, resourceName, configs }) =>
    outcome(resourceType, resourceName, () => {
      const given = configs.flatMap(({ name, value }) => (value === null ? [] : [[name, value] as const]))
      state.topics.configure(resourceName, new Map(given), body.validateOnly)
    }),
  ),
}))

/** Changes configs of topics one by one. */
export const incrementalAlterConfigsHandler = handler(incrementalAlterConfigs, (state, body) => ({
  throttleTimeMs: 0,
  responses: body.resources.map(({ resourceType, resourceName, configs }) =>
    outcome(resourceType, resourceName, () => alter(state, resourceName, configs, body.validateOnly)),
  ),
}))

function outcome(resourceType: number, resourceName: string, change: () => void) {
  const named = { resourceType, resourceName }
  try {
    if (resourceType !== resources.topic) return { ...named, ...failure(resourceType) }
    change()
    return { ...named, errorCode: 0, errorMessage: null }
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error
    return { ...named, errorCode: codeOf(error.error), errorMessage: error.message }
  }
}

interface Change {
  readonly name: string
  readonly configOperation: number
  readonly value: string | null
}

function alter(state: BrokerState, name: string, changes: readonly Change[], validateOnly: boolean): void {
  const topic = state.topics.get(name)
  if (topic === undefined) throw unknownPartition()
  const configs = new Map(topic.overrides)
  for (const { name: key, configOperation, value } of changes) {
    if (configOperation === operations.delete) configs.delete(key)
    else configs.set(key, changed(topic, key, configOperation, value))
  }
  state.topics.configure(name, configs, validateOnly)
}

function changed(topic: Topic, key: string, operation: number, value: string | null): string {
  if (value === null) throw new BrokerError('INVALID_REQUEST', `Null value not supported for : ${key}`)
  if (operation === operations.set) return value
  if (topicConfigKey(key)?.type !== 'LIST')
    throw new BrokerError('INVALID_CONFIG', `Config value append is not allowed for config key: ${key}`)
  const present = topic
    .config(key)
    .split(',')
    .filter((item) => item !== '')
  const items = value.split(',')
  const list =
    operation === operations.append
      ? [...new Set([...present, ...items])]
      : present.filter((item) => !items.includes(item))
  return list.join(',')
}

function failure(resourceType: number): { errorCode: number; errorMessage: string } {
  const [error, errorMessage]: [ErrorName, string] =
    resourceType === resources.topic
      ? ['UNKNOWN_TOPIC_OR_PARTITION', unknownPartition().message]
      : ['INVALID_REQUEST', `Resources of type ${resourceType} have no configs here`]
  return { errorCode: codeOf(error), errorMessage }
}
