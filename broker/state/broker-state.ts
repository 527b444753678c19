import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../runtime/platform/clock.ts'
import { Groups } from '../groups/groups.ts'
import { Transactions } from '../transactions/transactions.ts'
import { FolderLock } from './folder-lock.ts'
import { StateFile } from './state-file.ts'
import { Topics } from './topics.ts'

export interface BrokerStateOptions {
  /** Where logs and facts are kept; null: in memory, for as long as the process lives. */
  readonly folder: string | null
  /** Bytes that logs in memory may have, all together; produce requests beyond it are refused. */
  readonly memoryBytesMax: number
  /** `num.partitions` */
  readonly defaultPartitions: number
  /** `auto.create.topics.enable` */
  readonly createTopics: boolean
  /** A write that a kill had not let finish was cut off. */
  readonly onTorn: (log: string, bytes: number) => void
  readonly clock: Clock
  /** `group.initial.rebalance.delay.ms` */
  readonly initialRebalanceDelayMs: number
  /** `group.min.session.timeout.ms` and `group.max.session.timeout.ms` */
  readonly sessionTimeoutMs: { readonly min: number; readonly max: number }
}

/** Where clients reach the broker. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** The one broker of the cluster: its id as a node. */
export const nodeId = 1

/** All that the broker knows; the handlers of the APIs read and change it. */
export class BrokerState {
  readonly topics: Topics
  readonly groups: Groups
  readonly transactions: Transactions
  readonly clusterId: string
  readonly createTopics: boolean
  readonly clock: Clock
  readonly sessionTimeoutMs: { readonly min: number; readonly max: number }
  /** As clients are told it; known once the server listens. */
  address: Address = { host: '127.0.0.1', port: 0 }
  readonly #lock: FolderLock | null
  readonly #facts: StateFile

  constructor(options: BrokerStateOptions) {
    const { folder, memoryBytesMax, defaultPartitions, createTopics, onTorn, clock } = options
    if (folder !== null) mkdirSync(folder, { recursive: true })
    this.#lock = folder === null ? null : new FolderLock(folder)
    this.#facts = new StateFile(folder === null ? null : join(folder, 'facts'))
    this.createTopics = createTopics
    this.clock = clock
    this.sessionTimeoutMs = options.sessionTimeoutMs
    this.clusterId = this.#clusterId()
    const logs = folder === null ? null : join(folder, 'logs')
    this.topics = new Topics({ state: this.#facts, folder: logs, memoryBytesMax, defaultPartitions, nodeId, onTorn })
    this.groups = new Groups({ state: this.#facts, clock, initialDelayMs: options.initialRebalanceDelayMs })
    const newProducerId = (): number => this.newProducerId()
    const { topics, groups } = this
    this.transactions = new Transactions({ state: this.#facts, clock, topics, groups, newProducerId })
  }

  /** A producer id that was never given out before. */
  newProducerId(): number {
    const next = this.#facts.get('producerId')
    const id = typeof next === 'number' ? next : 0
    this.#facts.set('producerId', id + 1)
    return id
  }

  /** False when there is no such topic. */
  deleteTopic(name: string): boolean {
    if (this.topics.get(name) === undefined) return false
    // These go first: what a kill leaves of them would be another's, were the topic made anew.
    this.transactions.forgetTopic(name)
    this.groups.forgetTopic(name)
    return this.topics.delete(name)
  }

  close(): void {
    this.transactions.close()
    this.groups.close()
    this.topics.close()
    this.#facts.close()
    this.#lock?.release()
  }

  #clusterId(): string {
    const known = this.#facts.get('clusterId')
    if (typeof known === 'string') return known
    const id = randomBytes(16).toString('base64url')
    this.#facts.set('clusterId', id)
    return id
  }
}
