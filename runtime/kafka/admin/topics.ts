import { check, codeOf } from '../errors.ts'
import type { TopicMetadata } from '../metadata.ts'
import { createTopics } from '../protocol/create-topics.ts'
import { deleteTopics } from '../protocol/delete-topics.ts'
import { describeConfigs } from '../protocol/describe-configs.ts'
import { incrementalAlterConfigs } from '../protocol/incremental-alter-configs.ts'
import type { AdminRequests, CallOptions } from './requests.ts'

/** A topic to create; -1 leaves partitions or replication to the broker's default. */
export interface NewTopic {
  readonly name: string
  readonly partitions: number
  readonly replicationFactor: number
  readonly config: Readonly<Record<string, string>>
}

/** One entry of a topic's or broker's configuration. */
export interface ConfigEntry {
  readonly name: string
  /** Null when it is sensitive or unset. */
  readonly value: string | null
  /** Set for this topic or broker itself, not by default. */
  readonly isExplicit: boolean
  readonly isSensitive: boolean
}

const RESOURCE = { topic: 2, broker: 4 } as const
/** `DYNAMIC_TOPIC_CONFIG` and `DYNAMIC_BROKER_CONFIG` of Kafka's ConfigSource. */
const EXPLICIT_SOURCES: readonly number[] = [1, 2]
const SET = 0
const DELETE = 1

/** Topics and their configuration. */
export class TopicAdmin {
  readonly #requests: AdminRequests

  constructor(requests: AdminRequests) {
    this.#requests = requests
  }

  /** Creates a topic; `exists` when it is there already, whatever its settings. */
  async create(
    topic: NewTopic,
    call: CallOptions & { readonly validateOnly?: boolean } = {},
  ): Promise<'created' | 'exists'> {
    const configs = Object.entries(topic.config).map(([name, value]) => ({ name, value }))
    const { name, partitions, replicationFactor } = topic
    const body = {
      topics: [{ name, numPartitions: partitions, replicationFactor, assignments: [], configs }],
      timeoutMs: this.#timeout(call),
      validateOnly: call.validateOnly ?? false,
    }
    const doing = `Creating topic ${name}`
    const accept = (answer: { topics: readonly TopicAnswer[] }): 'created' | 'exists' => {
      const found = answer.topics.find((t) => t.name === name)
      if (found?.errorCode === codeOf('TOPIC_ALREADY_EXISTS')) return 'exists'
      check(found?.errorCode ?? -1, doing, found?.errorMessage)
      return 'created'
    }
    return this.#requests.send(doing, 'controller', createTopics, body, accept, call)
  }

  /** Deletes topics; those that are not there count as deleted. */
  async delete(names: readonly string[], call: CallOptions = {}): Promise<void> {
    const body = { topics: names.map((name) => ({ name })), topicNames: names, timeoutMs: this.#timeout(call) }
    await this.#requests.send(
      'Deleting topics',
      'controller',
      deleteTopics,
      body,
      (answer) => {
        for (const { name, errorCode, errorMessage } of answer.responses) {
          if (errorCode === codeOf('UNKNOWN_TOPIC_OR_PARTITION')) continue
          check(errorCode, `Deleting topic ${name ?? ''}`, errorMessage)
        }
      },
      call,
    )
  }

  /** Topics by name; one that does not exist is missing from the answer. */
  async describe(names: readonly string[], call: CallOptions = {}): Promise<Map<string, TopicMetadata>> {
    return this.#requests.retry('Describing topics', call, async (options) => {
      const { topics } = await this.#requests.cluster.metadata(names, options)
      const found = new Map<string, TopicMetadata>()
      for (const [name, topic] of topics) {
        if (topic.errorCode === codeOf('UNKNOWN_TOPIC_OR_PARTITION')) continue
        check(topic.errorCode, `Describing topic ${name}`)
        found.set(name, topic)
      }
      return found
    })
  }

  /** Number of partitions of a topic that is, or is about to be, there. */
  async waitFor(name: string, call: CallOptions = {}): Promise<number> {
    const deadlineMs = Date.now() + (call.timeoutMs ?? this.#requests.options.apiTimeoutMs)
    const limits = call.signal ? { signal: call.signal } : {}
    const topic = await this.#requests.cluster.topic(name, deadlineMs, { create: true, ...limits })
    return topic.partitions.length
  }

  /** Names of all topics, internal ones left out. */
  async list(call: CallOptions = {}): Promise<string[]> {
    return this.#requests.retry('Listing topics', call, async (options) => {
      const { topics } = await this.#requests.cluster.metadata(null, options)
      return [...topics.values()].filter((topic) => !topic.isInternal).map((topic) => topic.name)
    })
  }

  /** The configuration of a topic, by entry name. */
  async config(topic: string, call: CallOptions = {}): Promise<Map<string, ConfigEntry>> {
    const resources = [{ resourceType: RESOURCE.topic, resourceName: topic, configurationKeys: null }]
    return this.#describe(`Describing the configuration of topic ${topic}`, 'any', resources, call)
  }

  /** The configuration of a broker. */
  async brokerConfig(node: number, call: CallOptions = {}): Promise<Map<string, ConfigEntry>> {
    const resources = [{ resourceType: RESOURCE.broker, resourceName: String(node), configurationKeys: null }]
    return this.#describe(`Describing the configuration of broker ${node}`, node, resources, call)
  }

  /** Sets entries of a topic's configuration; null takes one back to its default. */
  async alterConfig(
    topic: string,
    changes: Readonly<Record<string, string | null>>,
    call: CallOptions = {},
  ): Promise<void> {
    const configs = Object.entries(changes).map(([name, value]) => ({
      name,
      configOperation: value === null ? DELETE : SET,
      value,
    }))
    const body = { resources: [{ resourceType: RESOURCE.topic, resourceName: topic, configs }], validateOnly: false }
    const doing = `Changing the configuration of topic ${topic}`
    await this.#requests.send(
      doing,
      'any',
      incrementalAlterConfigs,
      body,
      (answer) => {
        for (const { errorCode, errorMessage } of answer.responses) check(errorCode, doing, errorMessage)
      },
      call,
    )
  }

  async #describe(
    doing: string,
    to: number | 'any',
    resources: readonly { resourceType: number; resourceName: string; configurationKeys: null }[],
    call: CallOptions,
  ): Promise<Map<string, ConfigEntry>> {
    return this.#requests.send(
      doing,
      to,
      describeConfigs,
      { resources },
      (answer) => {
        const [result] = answer.results
        const code = result?.errorCode ?? -1
        // As in Java: who asks for the configuration of a topic is told at once that there is none.
        check(code, doing, result?.errorMessage, code !== codeOf('UNKNOWN_TOPIC_OR_PARTITION'))
        const entries = (result?.configs ?? []).map(({ name, value, configSource, isSensitive }): ConfigEntry => {
          return { name, value, isSensitive, isExplicit: EXPLICIT_SOURCES.includes(configSource) }
        })
        return new Map(entries.map((entry) => [entry.name, entry]))
      },
      call,
    )
  }

  #timeout({ timeoutMs }: CallOptions): number {
    return Math.min(timeoutMs ?? this.#requests.options.apiTimeoutMs, this.#requests.cluster.requestTimeoutMs)
  }
}

interface TopicAnswer {
  readonly name: string
  readonly errorCode: number
  readonly errorMessage: string | null
}
