/**
 * Groups under faults, in fake time. Each seed is one history: members start, crash, freeze and close, the network loses, delays and
 * repeats, the coordinator moves; then the faults stop and the group has to recover.
 *
 * A failure names its seed; `SLUICE_SIM_SEED=<seed>` replays it alone, `SLUICE_SIM_SEEDS=<count>` runs more of them.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type MembershipConfig } from '../../runtime/core/membership-state.ts'
import { taskKey } from '../../runtime/core/task-id.ts'
import { type Owner, SimulatedMember } from './member.ts'
import { type Faults, Network, NO_FAULTS } from './network.ts'
import { ConfigLog, ConsumerOwner, WorkerOwner } from './owners.ts'
import { Random } from './random.ts'
import { Scheduler } from './scheduler.ts'

type Kind = 'consumer' | 'worker'

interface Scenario {
  readonly kind: Kind
  readonly faults: Faults
  /** Giving up takes time, and members freeze. */
  readonly slow: boolean
}

const FAULTY_MS = 400_000
const SETTLE_MS = 400_000
const CLOSE_MS = 5000
const PARTITIONS = 7

function configOf(kind: Kind, seed: number): MembershipConfig {
  const common = {
    sessionTimeoutMs: 10_000,
    heartbeatIntervalMs: 3000,
    rebalanceTimeoutMs: 60_000,
    requestTimeoutMs: 40_000,
    retryBackoffMs: 100,
    retryBackoffMaxMs: 1000,
    pollTimeoutMs: 60_000,
    leaveOnClose: true,
    seed,
    onSessionExpired: 'lose',
  } as const
  if (kind === 'consumer') {
    return { ...common, eagerProtocols: ['range'], onFenced: 'lose', coordinatorUnreachableMs: null }
  }
  return { ...common, eagerProtocols: ['default'], onFenced: 'keep', coordinatorUnreachableMs: 3000 }
}

function randomFaults(random: Random): Faults {
  const rate = (max: number): number => (random.chance(0.5) ? random.next() * max : 0)
  return {
    lostRequests: rate(0.2),
    lostAnswers: rate(0.2),
    disconnects: rate(0.2),
    repeatedAnswers: rate(0.3),
    slowAnswers: rate(0.2),
    moveEveryMs: random.chance(0.5) ? random.between(5000, 60_000) : 0,
  }
}

class World {
  readonly #scenario: Scenario
  readonly #random: Random
  readonly #scheduler = new Scheduler()
  readonly #network: Network
  readonly #log = new ConfigLog()
  readonly #maxDelayMs: number
  readonly members: SimulatedMember[] = []

  constructor(scenario: Scenario, seed: number) {
    this.#scenario = scenario
    this.#random = new Random(seed)
    this.#network = new Network(this.#scheduler, this.#random.stream('network'), scenario.faults)
    this.#maxDelayMs = this.#random.pick([0, 5000, 30_000])
    this.#configure()
    for (let count = this.#random.between(1, 4); count > 0; count--) this.#start()
  }

  run(): void {
    this.#chaos()
    this.#scheduler.runUntil(FAULTY_MS, () => this.#check())
    this.#network.calm()
    const lastFaultMs = this.#scheduler.nowMs
    if (!this.members.some((member) => member.alive && member.closeByMs === null)) this.#start()
    this.#scheduler.runUntil(FAULTY_MS + SETTLE_MS, () => this.#check())
    this.#checkSettled(lastFaultMs)
    for (const member of this.members) member.close(CLOSE_MS)
    this.#scheduler.runUntil(FAULTY_MS + SETTLE_MS + CLOSE_MS + 1000, () => this.#check())
    assert.deepEqual(this.#network.coordinator.memberIds, [], 'who closes leaves')
  }

  /** What nobody can expect of a group without faults: that it throws a member out. */
  checkNobodyEvicted(): void {
    const crashed = this.members.some((member) => member.crashed)
    if (!crashed) assert.deepEqual(this.#network.evictions, [])
  }

  #start(): void {
    const name = `w${this.members.length}`
    const random = this.#random.stream(name)
    const { kind, slow } = this.#scenario
    this.members.push(
      new SimulatedMember({
        name,
        scheduler: this.#scheduler,
        network: this.#network,
        random,
        config: configOf(kind, random.between(0, 2 ** 31)),
        owner: this.#owner(name, random),
        revokeMsMax: slow ? random.pick([0, 2000, 15_000, 70_000]) : 0,
      }),
    )
  }

  #owner(name: string, random: Random): Owner {
    if (this.#scenario.kind === 'consumer') return new ConsumerOwner(PARTITIONS)
    const owner = new WorkerOwner(`http://${name}/`, this.#log, this.#scheduler, random, this.#maxDelayMs)
    owner.readConfig()
    return owner
  }

  #chaos(): void {
    const random = this.#random.stream('chaos')
    const next = (): void => {
      if (this.#scheduler.nowMs > FAULTY_MS - 20_000) return
      this.#mishap(random)
      this.#scheduler.after(random.between(500, 40_000), next)
    }
    this.#scheduler.after(random.between(0, 20_000), next)
  }

  #mishap(random: Random): void {
    const present = this.members.filter((member) => member.alive && member.closeByMs === null)
    const member = present.length > 0 ? random.pick(present) : undefined
    switch (random.between(0, 6)) {
      case 0:
      case 1:
        if (present.length < 5) this.#start()
        return
      case 2:
        return member?.crash()
      case 3:
        return member?.close(CLOSE_MS)
      case 4:
        return this.#configure()
      case 5:
        return member?.wish({ kind: 'rejoin', reason: 'asked for' })
      default:
        if (this.#scenario.slow) member?.freeze(random.between(1000, 90_000))
    }
  }

  #configure(): void {
    const random = this.#random.stream(`config ${this.#log.offset}`)
    const names = ['a', 'b', 'c', 'd'].filter(() => random.chance(0.6))
    const tasks = names.flatMap((connector) =>
      Array.from({ length: random.between(0, 4) }, (_, task) => ({ connector, task })),
    )
    this.#log.versions.push({ connectors: names, tasks })
    for (const member of this.members) {
      if (!(member.owner instanceof WorkerOwner)) continue
      const { owner } = member
      this.#scheduler.after(random.between(0, 2000), () => {
        if (member.alive && owner.readConfig()) member.wish({ kind: 'rejoin', reason: 'new configuration' })
      })
    }
  }

  #check(): void {
    const { nowMs } = this.#scheduler
    const owners = new Map<string, SimulatedMember>()
    for (const member of this.members) {
      if (member.closeByMs !== null && !member.crashed) {
        const slackMs = this.#scenario.slow ? 90_000 : 0
        assert.ok(member.closed || nowMs <= member.closeByMs + slackMs, `${member.name} is still not closed`)
      }
      if (!member.alive) continue
      for (const item of member.owner.held) {
        const key = this.#exclusive(member, item)
        const other = owners.get(key)
        assert.equal(other, undefined, `${member.name} and ${other?.name ?? ''} both hold ${key}`)
        owners.set(key, member)
      }
    }
  }

  /**
   * With owners that let go at once, nothing of an eager group is ever held twice, whatever the network does. Otherwise only
   * members that have the same generation exclude each other.
   */
  #exclusive(member: SimulatedMember, item: string): string {
    if (this.#scenario.kind === 'consumer' && !this.#scenario.slow) return item
    const { lastCompletedGeneration, phase, generation } = member.state
    const current = phase.kind === 'stable' && generation === lastCompletedGeneration
    return current ? `${item} of generation ${generation}` : `${item} of ${member.name}`
  }

  #checkSettled(lastFaultMs: number): void {
    const present = this.members.filter((member) => member.alive)
    const generations = new Set(present.map(({ state }) => state.generation))
    for (const { name, state } of present) assert.equal(state.phase.kind, 'stable', `${name} is back in the group`)
    assert.equal(generations.size, 1, 'all are of one generation')
    const held = present.flatMap(({ owner }) => [...owner.held]).sort()
    assert.deepEqual(held, this.#wanted().sort(), 'all work runs once')
    const late = this.#network.evictions.filter(({ atMs }) => atMs > lastFaultMs + SETTLE_MS / 2)
    assert.deepEqual(late, [], 'nobody is thrown out once the faults are over')
  }

  #wanted(): string[] {
    if (this.#scenario.kind === 'consumer') return Array.from({ length: PARTITIONS }, (_, index) => `t-${index}`)
    const { connectors, tasks } = this.#log.at(this.#log.offset)
    return [...connectors, ...tasks.map(taskKey)]
  }
}

function simulate(name: string, count: number, scenario: (random: Random) => Scenario): void {
  const wanted = process.env['SLUICE_SIM_SEED']
  const seeds = wanted === undefined ? Array.from({ length: count }, (_, seed) => seed + 1) : [Number(wanted)]
  test(name, () => {
    for (const seed of seeds) {
      const chosen = scenario(new Random(seed).stream('scenario'))
      const world = new World(chosen, seed)
      try {
        world.run()
        if (chosen.faults === NO_FAULTS && !chosen.slow) world.checkNobodyEvicted()
      } catch (error) {
        const replay = `SLUICE_SIM_SEED=${seed} node --test --test-name-pattern='${name}' dist/test/sim/membership.test.js`
        throw new Error(`seed ${seed} failed; replay with: ${replay}`, { cause: error })
      }
    }
  })
}

const SEEDS = Number(process.env['SLUICE_SIM_SEEDS'] ?? 30)

simulate('consumers without faults', SEEDS, () => ({ kind: 'consumer', faults: NO_FAULTS, slow: false }))
simulate('workers without faults', SEEDS, () => ({ kind: 'worker', faults: NO_FAULTS, slow: false }))
simulate('consumers under faults', SEEDS, (random) => ({ kind: 'consumer', faults: randomFaults(random), slow: false }))
simulate('workers under faults', SEEDS, (random) => ({ kind: 'worker', faults: randomFaults(random), slow: false }))
simulate('slow consumers under faults', SEEDS, (random) => ({
  kind: 'consumer',
  faults: randomFaults(random),
  slow: true,
}))
simulate('slow workers under faults', SEEDS, (random) => ({ kind: 'worker', faults: randomFaults(random), slow: true }))
