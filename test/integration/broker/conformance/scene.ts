import { randomBytes } from 'node:crypto'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { Api } from '../../../../runtime/kafka/protocol/api.ts'
import { createTopics } from '../../../../runtime/kafka/protocol/create-topics.ts'
import { codeOf } from '../../../../runtime/kafka/protocol/error-codes.ts'
import { findCoordinator } from '../../../../runtime/kafka/protocol/find-coordinator.ts'
import { listOffsets } from '../../../../runtime/kafka/protocol/list-offsets.ts'
import { metadata } from '../../../../runtime/kafka/protocol/metadata.ts'
import { produce } from '../../../../runtime/kafka/protocol/produce.ts'
import type { Decoded, Encodable, Fields } from '../../../../runtime/kafka/protocol/schema.ts'
import type { RecordBatch } from '../../../../runtime/kafka/records/record-batch.ts'
import { startBroker } from '../../../support/broker.ts'
import { WireClient } from '../../../support/wire-client.ts'
import { kafkaEnv, needsKafka } from '../../kafka-env.ts'
import { Normaliser } from './normalise.ts'

const patienceMs = 20_000

/** One broker, asked in one test; what it is asked about has names of its own. */
export class Scene implements AsyncDisposable {
  readonly bootstrap: string
  readonly suffix: string
  readonly #clients: WireClient[] = []
  #barriers = 0

  constructor(bootstrap: string, suffix: string) {
    this.bootstrap = bootstrap
    this.suffix = suffix
  }

  /** A name that no other test has. */
  name(base: string): string {
    return base + this.suffix
  }

  /** Asks over one connection that stays. */
  async ask<Q extends Fields, R extends Fields>(
    api: Api<Q, R>,
    version: number,
    body: Encodable<Q>,
  ): Promise<Decoded<R>> {
    const client = this.#clients[0] ?? (await this.client())
    return client.ask(api, version, body)
  }

  /** Another connection, closed with the scene. */
  async client(): Promise<WireClient> {
    const client = await WireClient.connect(this.bootstrap)
    this.#clients.push(client)
    return client
  }

  /** Asks until the answer is not that it is too early. */
  async settled<R>(ask: () => Promise<R>, isEarly: (answer: R) => boolean): Promise<R> {
    const end = Date.now() + patienceMs
    for (;;) {
      const answer = await ask()
      if (!isEarly(answer)) return answer
      assert.ok(Date.now() < end, `still too early: ${JSON.stringify(answer)}`)
      await delay(20)
    }
  }

  /** Makes a topic and waits until it can be used. @returns its name */
  async topic(
    base: string,
    { partitions = 1, configs = {} }: { partitions?: number; configs?: Readonly<Record<string, string>> } = {},
  ): Promise<string> {
    const name = this.name(base)
    const { topics } = await this.ask(createTopics, 7, {
      topics: [
        {
          name,
          numPartitions: partitions,
          replicationFactor: 1,
          assignments: [],
          configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
        },
      ],
      timeoutMs: 10_000,
      validateOnly: false,
    })
    assert.equal(topics[0]?.errorCode, 0, topics[0]?.errorMessage ?? '')
    await this.settled(
      () => this.ask(metadata, 12, { topics: [{ topicId: 'A'.repeat(22), name }], allowAutoTopicCreation: false }),
      (answer) => answer.topics.some((topic) => topic.errorCode !== 0 || topic.partitions.length < partitions),
    )
    // The broker may know of a partition before it has it.
    const all = Array.from({ length: partitions }, (_, partitionIndex) => ({ partitionIndex, timestamp: -1 }))
    await this.settled(
      () => this.ask(listOffsets, 7, { replicaId: -1, topics: [{ name, partitions: all }] }),
      (answer) => answer.topics.some((topic) => topic.partitions.some(({ errorCode }) => errorCode !== 0)),
    )
    return name
  }

  /** Waits until what the controller has decided before is known to the broker: it hears of things in their order. */
  async published(): Promise<void> {
    this.#barriers += 1
    await this.topic(`barrier${this.#barriers}`)
  }

  /** Waits until there is a coordinator for a group (0) or a transactional id (1). */
  async coordinator(keyType: 0 | 1, key: string): Promise<void> {
    await this.settled(
      () => this.ask(findCoordinator, 6, { keyType, coordinatorKeys: [key] }),
      ({ coordinators }) => coordinators.some((each) => each.errorCode !== 0),
    )
  }

  /** Sends one batch, all acknowledged. @returns the answer for its partition */
  async produce(topic: string, batch: RecordBatch, { transactionalId = null as string | null, partition = 0 } = {}) {
    const partitionData = [{ index: partition, records: Buffer.from(batch.bytes) }]
    const body = { transactionalId, acks: -1, timeoutMs: 10_000, topicData: [{ name: topic, partitionData }] }
    const { responses } = await this.ask(produce, 11, body)
    const answer = responses[0]?.partitionResponses[0]
    assert.ok(answer)
    return answer
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) await client.close()
  }
}

/** Coordinators that are only starting, or busy with a decision, say so and are asked again. */
export function isEarly({ errorCode }: { readonly errorCode: number }): boolean {
  return early.has(errorCode)
}

const early: ReadonlySet<number> = new Set(
  (
    ['COORDINATOR_LOAD_IN_PROGRESS', 'COORDINATOR_NOT_AVAILABLE', 'NOT_COORDINATOR', 'CONCURRENT_TRANSACTIONS'] as const
  ).map(codeOf),
)

export type Script = (scene: Scene) => Promise<unknown>

async function play(bootstrap: string, script: Script): Promise<unknown> {
  const suffix = `-${randomBytes(6).toString('hex')}`
  await using scene = new Scene(bootstrap, suffix)
  return new Normaliser(suffix).of(await script(scene))
}

async function both(script: Script): Promise<{ readonly ours: unknown; readonly kafkas: unknown }> {
  await using broker = await startBroker()
  const [ours, kafkas] = await Promise.all([play(broker.bootstrap, script), play(kafkaEnv.bootstrap, script)])
  return { ours, kafkas }
}

/** The embedded broker and Apache Kafka answer alike. */
export function same(name: string, script: Script): void {
  test(name, needsKafka, async () => {
    const { ours, kafkas } = await both(script)
    assert.deepEqual(ours, kafkas)
  })
}

/** They do not, and that is meant: once they do, this is no difference any more and the test says so. */
export function differs(name: string, why: string, script: Script): void {
  test(`${name} (differs: ${why})`, needsKafka, async () => {
    const { ours, kafkas } = await both(script)
    assert.notDeepEqual(ours, kafkas)
  })
}
