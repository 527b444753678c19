import { type DistributedConfig, type WorkerConfig } from '../config/worker-config.ts'
import type { ConnectProtocolMode } from '../core/connect-protocol.ts'
import { ConfigChanges } from './config-changes.ts'
import { type HerderOptions, HerderParts, type Surroundings } from './herder-parts.ts'
import { InternalRequests } from './internal-requests.ts'
import { Leadership } from './leadership.ts'
import { Rounds } from './rounds.ts'
import { SessionKeys } from './session-keys.ts'
import type { TaskConfigSender } from './task-config-sender.ts'
import { WorkGroup } from './work-group.ts'

/** The shell around the group membership machine, for the group of workers. */
export interface WorkGroupMember {
  start(): void
  rejoin(reason: string): void
  rejoinLater(delayMs: number): void
  leave(reason: string): void
  poll(): void
  close(timeoutMs: number): Promise<void>
}

export interface DistributedHerderOptions extends HerderOptions {
  readonly config: WorkerConfig<DistributedConfig>
  readonly url: string
  /** Made with the herder as the group's owner. */
  readonly member: (owner: WorkGroup) => WorkGroupMember
  readonly sendTaskConfigs: (keys: SessionKeys) => TaskConfigSender
  /** The group will not have this worker, whatever it tries. */
  readonly onFatal: (error: Error) => void
}

/** The parts of a herder in a group of workers: those that every herder has, and the group. `DistributedHerder` is the way in. */
export class DistributedParts {
  readonly common: HerderParts
  readonly group: WorkGroup
  readonly member: WorkGroupMember
  readonly changes: ConfigChanges
  readonly leadership: Leadership
  readonly rounds: Rounds
  readonly internal: InternalRequests
  readonly #options: DistributedHerderOptions
  readonly #signal: AbortSignal

  /** @param signal aborted when the herder stops */
  constructor(options: DistributedHerderOptions, signal: AbortSignal) {
    this.#options = options
    this.#signal = signal
    const { clock, log, stores } = options
    const { values } = options.config
    const keys = new SessionKeys(values)
    const view = () => stores.config.snapshot()
    const protocol = values['connect.protocol'] as ConnectProtocolMode
    this.group = this.#makeGroup(protocol, values['scheduled.rebalance.max.delay.ms'])
    this.member = options.member(this.group)
    this.common = new HerderParts(options, this.#surroundings(keys), signal)
    this.changes = new ConfigChanges({
      local: this.common.local,
      log,
      view,
      rejoin: (reason) => this.member.rejoin(reason),
      cooperative: () => this.group.protocol !== 'default',
    })
    this.leadership = new Leadership({
      stores,
      keys,
      statuses: this.common.statuses,
      clock,
      log,
      sessioned: () => this.group.protocol === 'sessioned',
    })
    this.rounds = this.#makeRounds()
    this.internal = new InternalRequests({
      keys,
      configured: protocol,
      agreed: () => this.group.protocol,
      sessionKey: () => view().sessionKey,
    })
  }

  #surroundings(keys: SessionKeys): Surroundings {
    const { sendTaskConfigs, stores } = this.#options
    const send = sendTaskConfigs(keys)
    return {
      group: this.group,
      rebalancePending: () => this.changes.rebalancePending,
      sendToLeader: (name, configs) => send(this.group.leaderUrl, name, configs, stores.config.snapshot().sessionKey),
    }
  }

  #makeGroup(mode: ConnectProtocolMode, maxDelayMs: number): WorkGroup {
    const { clock, log, stores, url, onFatal } = this.#options
    return new WorkGroup({
      url,
      mode,
      maxDelayMs,
      clock,
      log,
      view: () => stores.config.snapshot(),
      onRound: (round) => this.rounds.onRound(round),
      onLost: () => this.common.queue.run('stopping all work', () => this.common.local.stopAll()),
      onFailed: onFatal,
      onUnassigned: (work, workers, generation) => this.leadership.markLost(work, workers, generation),
    })
  }

  #makeRounds(): Rounds {
    const { clock, log, stores } = this.#options
    const { values } = this.#options.config
    const { queue, local, metrics, statuses } = this.common
    return new Rounds({
      queue,
      local,
      clock,
      log,
      view: () => stores.config.snapshot(),
      catchUp: (timeoutMs) => stores.config.readToEnd(timeoutMs),
      flushStatuses: () => stores.statuses.flush(),
      running: () => this.group.assignment,
      rejoin: (reason) => this.member.rejoin(reason),
      rejoinLater: (delayMs) => this.member.rejoinLater(delayMs),
      leaveFor: (reason) => this.member.leave(reason),
      onRound: () => this.changes.roundBegan(),
      onLeading: () => this.leadership.taken(),
      onCompleted: (durationMs) => {
        metrics.rebalanced(durationMs)
        statuses.roundCompleted()
      },
      workerSyncTimeoutMs: values['worker.sync.timeout.ms'],
      maxDelayMs: values['scheduled.rebalance.max.delay.ms'],
      eagerBackoffMs: () => (this.group.protocol === 'default' ? values['worker.unsync.backoff.ms'] : null),
      signal: this.#signal,
    })
  }
}
