/** A group of simulated workers, users who ask for things, and the mishaps that befall them. */
import assert from 'node:assert/strict'
import { taskIdOf, taskKey, type TaskKey } from '../../../runtime/core/task-id.ts'
import { type Faults, Network, NO_FAULTS } from '../network.ts'
import type { Random } from '../random.ts'
import { Scheduler } from '../scheduler.ts'
import { checkExclusive, checkSettled } from './checks.ts'
import { NO_PLUGIN_FAULTS, Outside, type PluginFaults } from './fake-worker.ts'
import { type Shared, SimulatedProcess } from './process.ts'
import { Requests } from './requests.ts'
import { type LogFaults, NO_LOG_FAULTS, SharedTopic } from './topic.ts'
import { Users } from './users.ts'

export interface Scenario {
  readonly network: Faults
  readonly log: LogFaults
  readonly plugins: PluginFaults
  readonly protocol: string
  /** Workers crash, stop, freeze and lose the network. */
  readonly mishaps: boolean
}

const FAULTY_MS = 240_000
const SETTLE_MS = 200_000
const OPERATOR_MS = 60_000
const LAST_ROUND_MS = 60_000
const WORKERS_MAX = 4
/** What a stop may take: hung instances, and the writes of a worker that has lost the network. */
const STOP_MS = 60_000

export class World {
  readonly scheduler = new Scheduler()
  readonly processes: SimulatedProcess[] = []
  readonly users: Users
  readonly #scenario: Scenario
  readonly #random: Random
  readonly #network: Network
  readonly #shared: Shared
  readonly #requests: Requests
  #calm = false
  #started = 0

  constructor(scenario: Scenario, random: Random) {
    this.#scenario = scenario
    this.#random = random
    this.#network = new Network(this.scheduler, random.stream('network'), scenario.network)
    const topic = (): SharedTopic => new SharedTopic(this.scheduler, scenario.log)
    this.#requests = new Requests(this.scheduler, random.stream('requests'), this.processes)
    this.#shared = {
      scheduler: this.scheduler,
      network: this.#network,
      configs: topic(),
      offsets: topic(),
      statuses: topic(),
      outside: new Outside(),
      pluginFaults: () => (this.#calm ? NO_PLUGIN_FAULTS : scenario.plugins),
      forwarder: this.#requests.forwarder,
      maxDelayMs: random.pick([0, 5000, 20_000]),
      protocol: scenario.protocol,
    }
    this.users = new Users(random.stream('users'), this.scheduler, this.#requests, this.processes, this.#shared.outside)
    for (let count = random.between(1, 3); count > 0; count--) this.#start()
  }

  async run(): Promise<void> {
    this.users.go(FAULTY_MS)
    if (this.#scenario.mishaps) this.#mishaps()
    await this.#pass(FAULTY_MS)
    this.#end()
    await this.#pass(SETTLE_MS)
    await this.#operate()
    // One more round: in it the leader clears up what late statuses say of things that are gone, as in the original.
    this.#start()
    await this.#pass(LAST_ROUND_MS)
    const { configs, outside } = this.#shared
    const idle = this.#living.map((process) => process.herder.ping())
    let pinged = false
    void Promise.all(idle).then(() => {
      pinged = true
    })
    await this.#pass(1000)
    assert.ok(pinged, 'no queue is left busy')
    assert.deepEqual(this.#requests.faults, [], 'requests end as REST knows how to say')
    checkSettled({ processes: this.#living, topic: configs.topic, outside, expected: this.users.definite })
  }

  get #living(): SimulatedProcess[] {
    return this.processes.filter(({ alive, stoppingMs }) => alive && stoppingMs === null)
  }

  async #pass(ms: number): Promise<void> {
    const endMs = this.scheduler.nowMs + ms
    while (this.scheduler.runNext(endMs)) {
      await new Promise(setImmediate)
      this.#check()
    }
  }

  #check(): void {
    for (const { failure } of this.processes) if (failure !== null) throw failure
    checkExclusive(this.processes)
    for (const { workerId, stoppingMs, alive } of this.processes) {
      const late = alive && stoppingMs !== null && this.scheduler.nowMs > stoppingMs + STOP_MS
      assert.ok(!late, `${workerId} is still stopping`)
    }
  }

  #start(): void {
    const hosts = ['w1', 'w2', 'w3', 'w4', 'w5'].filter(
      (host) => !this.processes.some(({ alive, workerId }) => alive && workerId === `${host}:8083`),
    )
    if (hosts.length === 0) return
    const random = this.#random.stream(`process ${++this.#started}`)
    this.processes.push(new SimulatedProcess(random.pick(hosts), this.#shared, random))
  }

  #mishaps(): void {
    const random = this.#random.stream('mishaps')
    const next = (): void => {
      if (this.scheduler.nowMs > FAULTY_MS - 10_000) return
      this.#mishap(random)
      this.scheduler.after(random.between(1000, 25_000), next)
    }
    this.scheduler.after(random.between(5000, 30_000), next)
  }

  #mishap(random: Random): void {
    const living = this.#living
    const process = living.length === 0 ? undefined : random.pick(living)
    switch (random.between(0, 8)) {
      case 0:
      case 1:
      case 2:
        if (living.length < WORKERS_MAX) this.#start()
        return
      case 3:
        return process?.crash()
      case 4:
        return process?.stop()
      case 5:
        return process?.gate.freeze(random.between(1000, 20_000))
      case 6:
        return process?.gate.cut(random.between(1000, 40_000))
      case 7:
        return process?.worker.killHost()
      default: {
        const keys = process?.worker.activeTasks ?? []
        if (keys.length > 0) process?.worker.failTask(random.pick(keys))
      }
    }
  }

  /** The faults are over for good. */
  #end(): void {
    this.#calm = true
    this.#network.calm()
    const { configs, offsets, statuses } = this.#shared
    for (const topic of [configs, offsets, statuses]) topic.faults = NO_LOG_FAULTS
    for (const { gate } of this.processes) gate.calm()
    if (this.#living.length === 0) this.#start()
  }

  /** Somebody looks after what has failed, as nothing restarts by itself. */
  async #operate(): Promise<void> {
    for (let round = 0; round < 4; round++) {
      const broken = new Set(this.#living.flatMap(({ worker }) => [...worker.broken]))
      if (broken.size === 0) return
      for (const item of broken) {
        const target = this.#living[0]
        if (target === undefined) return
        const task = this.users.names.includes(item) ? null : taskIdOf(item as TaskKey)
        void this.#requests.ask(target, `restart ${task === null ? item : taskKey(task)}`, (herder) =>
          task === null ? herder.restartConnector(item) : herder.restartTask(task),
        )
      }
      await this.#pass(OPERATOR_MS)
    }
  }
}

export function randomScenario(random: Random): Scenario {
  const rate = (max: number): number => (random.chance(0.5) ? random.next() * max : 0)
  return {
    network: random.chance(0.3)
      ? NO_FAULTS
      : {
          lostRequests: rate(0.1),
          lostAnswers: rate(0.1),
          disconnects: rate(0.1),
          repeatedAnswers: rate(0.3),
          slowAnswers: rate(0.1),
          moveEveryMs: random.chance(0.3) ? random.between(10_000, 60_000) : 0,
        },
    log: { stalls: rate(0.05), failedSends: rate(0.05) },
    plugins: {
      failedStarts: rate(0.2),
      hungStarts: rate(0.1),
      hungStops: rate(0.1),
      failedTaskConfigs: rate(0.3),
    },
    mishaps: random.chance(0.8),
    protocol: random.pick(['sessioned', 'sessioned', 'compatible', 'eager']),
  }
}
