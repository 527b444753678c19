/** Users of the REST API: they ask any worker for anything, one request at a time for each connector. */
import type { ConfigMap } from '../../../runtime/core/ids.ts'
import type { Herder } from '../../../runtime/herder/herder.ts'
import type { Random } from '../random.ts'
import type { Scheduler } from '../scheduler.ts'
import type { Outside } from './fake-worker.ts'
import type { SimulatedProcess } from './process.ts'
import type { Outcome, Requests } from './requests.ts'

interface Wish {
  readonly what: string
  readonly work: (herder: Herder) => Promise<unknown>
  /** The config after success; undefined where it does not change. */
  readonly config?: ConfigMap | null
}

export class Users {
  readonly names: readonly string[] = ['a', 'b', 'c-1', 'd']
  /** What a connector's config has to be by what was acknowledged; null: deleted. Missing: it cannot be told. */
  readonly definite = new Map<string, ConfigMap | null>()
  readonly #random: Random
  readonly #scheduler: Scheduler
  readonly #requests: Requests
  readonly #processes: readonly SimulatedProcess[]
  readonly #outside: Outside
  #texts = 0
  done = 0

  constructor(
    random: Random,
    scheduler: Scheduler,
    requests: Requests,
    processes: readonly SimulatedProcess[],
    outside: Outside,
  ) {
    this.#random = random
    this.#scheduler = scheduler
    this.#requests = requests
    this.#processes = processes
    this.#outside = outside
    for (const name of this.names) this.definite.set(name, null)
  }

  /** Asks for things until then. */
  go(untilMs: number): void {
    for (const name of this.names) void this.#live(name, this.#random.stream(name), untilMs)
  }

  async #live(name: string, random: Random, untilMs: number): Promise<void> {
    let doubtful = false
    for (;;) {
      await this.#pause(random.between(200, random.chance(0.2) ? 30_000 : 6000))
      if (this.#scheduler.nowMs > untilMs) return
      const living = this.#processes.filter(({ alive }) => alive)
      if (living.length === 0) continue
      const wish = this.#wish(name, random)
      const outcome: Outcome = await this.#requests.ask(random.pick(living), wish.what, wish.work)
      if (outcome.kind === 'done') this.done++
      // Once a request was left open, it may come true at any later time.
      if (outcome.kind === 'unknown') doubtful = true
      if (doubtful) this.definite.delete(name)
      else if (outcome.kind === 'done' && wish.config !== undefined) this.definite.set(name, wish.config)
    }
  }

  #wish(name: string, random: Random): Wish {
    const wish = (what: string, work: Wish['work'], config?: ConfigMap | null): Wish => {
      return { what: `${what} ${name}`, work, ...(config === undefined ? {} : { config }) }
    }
    const known = this.definite.get(name)
    const config = this.#config(name, random)
    if (known === null || random.chance(0.15)) {
      const state = random.pick([null, null, 'PAUSED', 'STOPPED'] as const)
      return wish('create', (herder) => herder.createConnector(name, config, state), config)
    }
    switch (random.between(0, 11)) {
      case 0:
      case 1:
        return wish('put', (herder) => herder.putConnectorConfig(name, config), config)
      case 2:
        return wish('delete', (herder) => herder.deleteConnector(name), null)
      case 3:
        return wish('pause', (herder) => herder.setTargetState(name, 'PAUSED'))
      case 4:
      case 5:
        return wish('resume', (herder) => herder.setTargetState(name, 'STARTED'))
      case 6:
        return wish('stop', (herder) => herder.stopConnector(name))
      case 7:
        return wish('restart', (herder) => herder.restartConnector(name))
      case 8: {
        const request = { connector: name, onlyFailed: random.chance(0.5), includeTasks: random.chance(0.7) }
        return wish('restart with tasks', (herder) => herder.restartConnectorAndTasks(request))
      }
      case 9:
        return wish('restart a task of', (herder) =>
          herder.restartTask({ connector: name, task: random.between(0, 2) }),
        )
      case 10:
        return wish('reset', (herder) => herder.alterOffsets(name, null))
      default: {
        // Not a request: the connector's source has changed, and every instance of it sees that.
        this.#outside.change(name)
        for (const { alive, worker } of this.#processes) if (alive) worker.wishReconfiguration(name)
        return wish('read', (herder) => herder.taskConfigs(name))
      }
    }
  }

  #config(name: string, random: Random): ConfigMap {
    return {
      name,
      'connector.class': 'Simulated',
      'tasks.max': String(random.between(0, 4)),
      text: `text ${++this.#texts}`,
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#scheduler.after(ms, resolve))
  }
}
