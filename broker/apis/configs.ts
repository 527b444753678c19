import { alterConfigs } from '../../runtime/kafka/protocol/alter-configs.ts'
import { describeConfigs } from '../../runtime/kafka/protocol/describe-configs.ts'
import { codeOf } from '../../runtime/kafka/protocol/error-codes.ts'
import { incrementalAlterConfigs } from '../../runtime/kafka/protocol/incremental-alter-configs.ts'
import { BrokerError, refusalOf } from '../state/broker-error.ts'
import { type BrokerState, nodeId } from '../state/broker-state.ts'
import { listOf } from '../state/config-values.ts'
import type { Topic } from '../state/topic.ts'
import { shownValue, topicConfigKey, topicConfigKeys } from '../state/topic-configs.ts'
import { checkName } from '../state/topic-name.ts'
import { handler } from './handler.ts'

const resources = { topic: 2, broker: 4 } as const
/** Given to the topic, or the default. */
const sources = { topic: 1, default: 5 } as const
const types = { BOOLEAN: 1, STRING: 2, INT: 3, LONG: 5, DOUBLE: 6, LIST: 7 } as const
const operations = { set: 0, delete: 1, append: 2, subtract: 3 } as const

interface Resource {
  readonly resourceType: number
  readonly resourceName: string
}

/** The configs of topics; a broker has none to show. */
export const describeConfigsHandler = handler(describeConfigs, (state, body) => ({
  throttleTimeMs: 0,
  results: body.resources.map(({ resourceType, resourceName, configurationKeys }) => {
    const named = { resourceType, resourceName }
    let topic: Topic | null = null
    const fault = refusalOf(() => {
      topic = described(state, named)
    })
    if (fault !== null) return { ...named, errorCode: codeOf(fault.error), errorMessage: fault.told ?? '', configs: [] }
    const wanted = configurationKeys?.length === 0 ? null : configurationKeys
    const keys = topic === null ? [] : topicConfigKeys.filter(({ name }) => wanted === null || wanted.includes(name))
    const configs = keys.map((key) => entry(topic as unknown as Topic, key, body.includeSynonyms))
    return { ...named, errorCode: 0, errorMessage: '', configs }
  }),
}))

/** @throws BrokerError @returns null for a broker */
function described({ topics }: BrokerState, { resourceType, resourceName }: Resource): Topic | null {
  if (resourceType === resources.broker) {
    if (!/^-?\d*$/.test(resourceName))
      throw new BrokerError('INVALID_REQUEST', `Broker id must be an integer, but it is: ${resourceName}`)
    if (resourceName === '' || resourceName === String(nodeId)) return null
    const text = `Unexpected broker id, expected ${nodeId} or empty string, but received ${resourceName}`
    throw new BrokerError('INVALID_REQUEST', text)
  }
  if (resourceType !== resources.topic)
    throw new BrokerError('INVALID_REQUEST', `Unknown resource type ${resourceType}`)
  checkName(resourceName)
  const topic = topics.get(resourceName)
  if (topic === undefined) throw new BrokerError('UNKNOWN_TOPIC_OR_PARTITION', null)
  return topic
}

function entry(topic: Topic, key: (typeof topicConfigKeys)[number], includeSynonyms: boolean) {
  const given = topic.overrides.get(key.name)
  const synonyms = [
    ...(given === undefined ? [] : [{ name: key.name, value: shownValue(key.name, given), source: sources.topic }]),
    ...(key.synonym === null ? [] : [{ name: key.synonym, value: key.value, source: sources.default }]),
  ]
  return {
    name: key.name,
    value: topic.config(key.name),
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
  responses: once(body.resources, ({ resourceName, configs }) => {
    const missing = configs.find(({ value }) => value === null)
    if (missing !== undefined)
      throw new BrokerError('INVALID_REQUEST', `Null value not supported for : ${missing.name}`)
    existing(state, resourceName)
    const given = configs.map(({ name, value }) => [name, value ?? ''] as const)
    state.topics.configure(resourceName, new Map(given), body.validateOnly)
  }),
}))

/** Changes configs of topics one by one. */
export const incrementalAlterConfigsHandler = handler(incrementalAlterConfigs, (state, body) => ({
  throttleTimeMs: 0,
  responses: once(body.resources, ({ resourceName, configs }) =>
    alter(state, resourceName, configs, body.validateOnly),
  ),
}))

/** Carries a change out for each resource that is a topic, and is named once. */
function once<R extends Resource>(all: readonly R[], change: (resource: R) => void) {
  const isSame = (a: Resource, b: Resource): boolean =>
    a.resourceType === b.resourceType && a.resourceName === b.resourceName
  return all.map((resource) => {
    const { resourceType, resourceName } = resource
    const fault = refusalOf(() => {
      if (all.filter((other) => isSame(other, resource)).length > 1)
        throw new BrokerError('INVALID_REQUEST', 'Each resource must appear at most once.')
      if (resourceType !== resources.topic)
        throw new BrokerError('INVALID_REQUEST', `Unknown resource type ${resourceType}`)
      change(resource)
    })
    return {
      resourceType,
      resourceName,
      errorCode: fault === null ? 0 : codeOf(fault.error),
      errorMessage: fault?.told ?? null,
    }
  })
}

interface Change {
  readonly name: string
  readonly configOperation: number
  readonly value: string | null
}

function existing({ topics }: BrokerState, name: string): Topic {
  if (name === '') throw new BrokerError('INVALID_REQUEST', 'Default topic resources are not allowed.')
  checkName(name)
  const topic = topics.get(name)
  if (topic !== undefined) return topic
  throw new BrokerError('UNKNOWN_TOPIC_OR_PARTITION', `The topic '${name}' does not exist.`)
}

function alter(state: BrokerState, name: string, changes: readonly Change[], validateOnly: boolean): void {
  const missing = changes.filter(
    ({ configOperation, value }) => configOperation !== operations.delete && value === null,
  )
  if (missing.length > 0) {
    const names = missing.map((change) => change.name).join(',')
    throw new BrokerError('INVALID_REQUEST', `Null value not supported for : ${names}`)
  }
  if (new Set(changes.map((change) => change.name)).size < changes.length)
    throw new BrokerError('INVALID_REQUEST', 'Error due to duplicate config keys')
  const topic = existing(state, name)
  const configs = new Map(topic.overrides)
  for (const { name: key, configOperation, value } of changes) {
    if (configOperation === operations.delete) configs.delete(key)
    else configs.set(key, changed(topic, key, configOperation, value ?? ''))
  }
  state.topics.configure(name, configs, validateOnly)
}

function changed(topic: Topic, key: string, operation: number, value: string): string {
  if (operation === operations.set) return value
  if (operation > operations.subtract || operation < 0) throw new BrokerError('UNKNOWN_SERVER_ERROR', null)
  if (topicConfigKey(key)?.type !== 'LIST') {
    const verb = operation === operations.append ? 'APPEND' : 'SUBTRACT'
    throw new BrokerError('INVALID_CONFIG', `Can't ${verb} to key ${key} because its type is not LIST.`)
  }
  const present = listOf(topic.config(key))
  const items = listOf(value)
  const list =
    operation === operations.append
      ? [...new Set([...present, ...items])]
      : present.filter((item) => !items.includes(item))
  return list.join(',')
}
