/** One simulated worker process: the real herder, stores and group member on simulated time, network and topics. */
import { ConnectError } from '../../../api/index.ts'
import { parseDistributedConfig } from '../../../runtime/config/worker-config.ts'
import { ASSIGNMENT_OK, CONNECT_PROTOCOL_TYPE, decodeAssignment } from '../../../runtime/core/connect-protocol.ts'
import { DistributedHerder } from '../../../runtime/herder/distributed-herder.ts'
import { membershipTimes } from '../../../runtime/herder/membership-times.ts'
import { herderConfigStore, herderOffsetStore, herderStatusStore } from '../../../runtime/herder/store-adapters.ts'
import { taskConfigSender } from '../../../runtime/herder/task-config-sender.ts'
import type { WorkGroup } from '../../../runtime/herder/work-group.ts'
import { GroupMember, type GroupOwner } from '../../../runtime/kafka/group/group-member.ts'
import type { Forwarder } from '../../../runtime/herder/forwarder.ts'
import { ConfigStore } from '../../../runtime/storage/config-store.ts'
import { OffsetStore } from '../../../runtime/storage/offset-store.ts'
import { StatusStore } from '../../../runtime/storage/status-store.ts'
import { recordingLog } from '../../support/silent-log.ts'
import type { Network } from '../network.ts'
import type { Random } from '../random.ts'
import type { Scheduler } from '../scheduler.ts'
import { simulatedCluster } from './cluster.ts'
import { FakeWorker, type Outside, type PluginFaults } from './fake-worker.ts'
import { Gate, GateClock } from './gate.ts'
import type { SharedTopic } from './topic.ts'

/** What all processes of a simulation share. */
export interface Shared {
  readonly scheduler: Scheduler
  readonly network: Network
  readonly configs: SharedTopic
  readonly offsets: SharedTopic
  readonly statuses: SharedTopic
  readonly outside: Outside
  readonly pluginFaults: () => PluginFaults
  /** Requests from one worker to another. */
  readonly forwarder: (from: Gate) => Forwarder
  readonly maxDelayMs: number
  /** `connect.protocol` */
  readonly protocol: string
}

export class SimulatedProcess {
  readonly workerId: string
  readonly url: string
  readonly gate: Gate
  readonly herder: DistributedHerder
  readonly log = recordingLog()
  readonly startedMs: number
  /** Set when it was told to stop. */
  stoppingMs: number | null = null
  /** Set by whatever must not happen. */
  failure: Error | null = null
  #worker: FakeWorker | null = null
  #member: GroupMember | null = null
  /** The generation whose round has stopped what it revoked. */
  #settledGeneration = -1

  constructor(name: string, shared: Shared, random: Random) {
    this.workerId = `${name}:8083`
    this.url = `http://${name}:8083/`
    this.gate = new Gate(shared.scheduler)
    this.startedMs = shared.scheduler.nowMs
    this.herder = this.#build(shared, random)
    this.herder.start().catch((error: unknown) => this.#fail(error))
  }

  get alive(): boolean {
    return this.gate.open
  }

  get worker(): FakeWorker {
    if (this.#worker === null) throw new Error('the herder has made no worker')
    return this.#worker
  }

  /** The generation that this worker is in and has acted upon; -1 while there is none. */
  get generation(): number {
    const generation = this.#member?.generation ?? -1
    return generation === this.#settledGeneration ? generation : -1
  }

  crash(): void {
    this.gate.shut()
  }

  stop(): void {
    if (this.stoppingMs !== null) return
    this.stoppingMs = this.gate.scheduler.nowMs
    const ended = (): void => {
      const left = [...this.worker.connectors.keys(), ...this.worker.tasks.keys()]
      if (left.length > 0) this.#fail(new Error(`${this.workerId} has stopped and still runs ${left.join(', ')}`))
      this.gate.shut()
    }
    this.herder.stop().then(ended, (error: unknown) => this.#fail(error))
  }

  #build(shared: Shared, random: Random): DistributedHerder {
    const { gate, log, url, workerId } = this
    const clock = new GateClock(gate)
    const config = parseDistributedConfig(workerFile(shared), () => undefined)
    const open = (topic: SharedTopic, name: string) => ({
      topic: name,
      open: topic.openFor(gate, random.stream(name)),
      clock,
      log,
    })
    const configs = new ConfigStore({ ...open(shared.configs, 'configs'), openWriter: null })
    const statuses = new StatusStore(open(shared.statuses, 'statuses'))
    const offsets = new OffsetStore(open(shared.offsets, 'offsets'))
    const forwarder = shared.forwarder(gate)
    const herder = new DistributedHerder({
      config,
      info: { version: '4.3.1', commit: 'simulated', kafka_cluster_id: 'simulated' },
      workerId,
      url,
      stores: {
        config: herderConfigStore(configs),
        statuses: herderStatusStore(statuses, clock),
        offsets: herderOffsetStore(offsets),
      },
      worker: (listener) => {
        const { outside, pluginFaults } = shared
        this.#worker = new FakeWorker({
          gate,
          random: random.stream('worker'),
          outside,
          listener,
          faults: pluginFaults,
        })
        return this.#worker
      },
      member: (owner) => {
        const member = new GroupMember({
          groupId: 'workers',
          protocolType: CONNECT_PROTOCOL_TYPE,
          cluster: simulatedCluster(shared.network, gate),
          clock,
          owner: this.#watched(owner),
          config: {
            ...membershipTimes(config),
            pollTimeoutMs: null,
            eagerProtocols: ['default'],
            onFenced: 'keep',
            onSessionExpired: 'keep',
            coordinatorUnreachableMs: config.values['heartbeat.interval.ms'],
            leaveOnClose: true,
            seed: random.between(0, 2 ** 31),
          },
        })
        this.#member = member
        return member
      },
      sinkOffsets: {
        committed: () => Promise.resolve([]),
        alter: () => Promise.resolve(),
        deleteGroup: () => Promise.resolve(),
      },
      sendTaskConfigs: (keys) => taskConfigSender(forwarder, keys),
      setLoggerLevel: () => undefined,
      clock,
      log,
      onFatal: (error) => this.#fail(error),
    })
    configs.on((event) => herder.onConfigEvent(event))
    return herder
  }

  /** The herder's side of the group, with a look at which rounds it has acted upon. */
  #watched(owner: WorkGroup): GroupOwner {
    return {
      protocols: () => owner.protocols(),
      assign: (round) => owner.assign(round),
      assigned: async (received) => {
        await owner.assigned(received)
        // A round that failed for want of the newest config decides nothing; the next one does.
        const decided = decodeAssignment(received.assignment).error === ASSIGNMENT_OK
        this.#settledGeneration = decided ? received.generation : -1
      },
      revoke: () => owner.revoke(),
      rebalanceStarted: () => owner.rebalanceStarted(),
      failed: (error) => owner.failed(error),
    }
  }

  #fail(error: unknown): void {
    this.failure ??= error instanceof Error ? error : new ConnectError('INTERNAL', String(error))
  }
}

function workerFile({ maxDelayMs, protocol }: Shared): Record<string, string> {
  return {
    'bootstrap.servers': 'simulated:9092',
    'group.id': 'workers',
    'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
    'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
    'config.storage.topic': 'configs',
    'offset.storage.topic': 'offsets',
    'status.storage.topic': 'statuses',
    'session.timeout.ms': '10000',
    'heartbeat.interval.ms': '3000',
    'rebalance.timeout.ms': '60000',
    'inter.worker.key.ttl.ms': '60000',
    'scheduled.rebalance.max.delay.ms': String(maxDelayMs),
    'connect.protocol': protocol,
  }
}
