import { ConnectError } from '../../api/index.ts'
import type { Clock, Timer } from '../platform/clock.ts'
import type { ControlEvents, ControlMethods, HostEvents, HostMethods } from './port.ts'
import { type EventHandlers, type Handlers, RpcPeer, type RpcWire } from './rpc.ts'

/** A started host: its wire, and word of its end. */
export interface StartedHost {
  readonly wire: RpcWire
  /** Resolves when the host has ended, with the reason when it was not asked to. */
  readonly ended: Promise<string | null>
  terminate(): Promise<void>
}

export type HostPeer = RpcPeer<ControlMethods, HostMethods, HostEvents, ControlEvents>

export interface Host {
  readonly number: number
  readonly peer: HostPeer
}

export interface HostPoolOptions {
  /** `task.threads`: the most hosts at a time. */
  readonly hostsMax: number
  readonly clock: Clock
  readonly start: (number: number) => StartedHost
  readonly handlers: (host: () => Host) => Handlers<ControlMethods>
  readonly events: (host: () => Host) => EventHandlers<HostEvents>
  /** A host ended without being asked: all that it ran is gone. */
  readonly died: (host: Host, error: ConnectError | string) => void
}

/** A host without work is ended after this time: it holds memory that an idle worker should not. */
export const hostIdleMs = 60_000

/** How often a host is asked whether it still answers, and how long it may take before it counts as busy computing. */
const pingEveryMs = 1000
const pingLateMs = 250

interface Slot {
  readonly host: Host
  readonly started: StartedHost
  readonly watch: AbortController
  /** It computes and answers nothing: new work and calls go elsewhere while there is an elsewhere. */
  late: boolean
  /** Its plugins are loaded: from then on it should answer at once. */
  loaded: boolean
  /** Connectors and tasks placed here, and calls under way. */
  uses: number
  idle: Timer | null
  retired: boolean
}

/**
 * The threads that run plugin code: started on first use, the least busy one is given out, an idle one is ended.
 * Whoever uses a host holds it with `acquire` and gives it back with `release`.
 */
export class HostPool {
  readonly #options: HostPoolOptions
  readonly #slots = new Set<Slot>()
  #started = 0
  #closed = false

  constructor(options: HostPoolOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#slots.size
  }

  hosts(): readonly Host[] {
    return [...this.#slots].map((slot) => slot.host)
  }

  /** The least busy host; a new one while there may be more and every one has work. */
  acquire(): Host {
    return this.#take(this.#options.hostsMax)
  }

  #take(hostsMax: number): Host {
    if (this.#closed) throw new ConnectError('ILLEGAL_STATE', 'The worker is stopping and starts nothing any more')
    const slots = [...this.#slots].toSorted(
      (a, b) => Number(a.late) - Number(b.late) || a.uses - b.uses || a.host.number - b.host.number,
    )
    const best = slots[0]
    const free = best !== undefined && !best.late && best.uses === 0
    const slot = best !== undefined && (free || slots.length >= hostsMax) ? best : this.#startSlot()
    slot.uses += 1
    slot.idle?.cancel()
    slot.idle = null
    return slot.host
  }

  release(host: Host): void {
    const slot = this.#slotOf(host)
    if (slot === undefined) return
    slot.uses -= 1
    if (slot.uses > 0) return
    const idle = this.#options.clock.after(hostIdleMs)
    slot.idle = idle
    void idle.elapsed.then(() => this.#retire(slot, 'the host was idle'))
  }

  /**
   * Work that needs a host for the length of one call, and that somebody waits for: a host that is busy computing is
   * passed over, and when every one is, one more is started.
   */
  async use<T>(work: (host: Host) => Promise<T>): Promise<T> {
    for (;;) {
      const allLate = [...this.#slots].every((slot) => slot.late)
      const host = this.#take(this.#options.hostsMax + (allLate ? 1 : 0))
      try {
        const slot = this.#slotOf(host)
        if (
          slot === undefined ||
          !slot.loaded ||
          (await this.#answers(slot)) ||
          this.#slots.size > this.#options.hostsMax
        )
          return await work(host)
      } finally {
        this.release(host)
      }
    }
  }

  /** Ends every host; from here on none is given out. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#slots].map((slot) => this.#retire(slot, 'the worker stops')))
  }

  #slotOf(host: Host): Slot | undefined {
    return [...this.#slots].find((slot) => slot.host === host)
  }

  #startSlot(): Slot {
    const number = ++this.#started
    const started = this.#options.start(number)
    const self = (): Host => host
    const peer: HostPeer = new RpcPeer({
      wire: started.wire,
      clock: this.#options.clock,
      handlers: this.#options.handlers(self),
      events: this.#options.events(self),
    })
    const host: Host = { number, peer }
    const slot: Slot = {
      host,
      started,
      watch: new AbortController(),
      late: false,
      loaded: false,
      uses: 0,
      idle: null,
      retired: false,
    }
    this.#slots.add(slot)
    void this.#watch(slot)
    void started.ended.then((reason) => this.#ended(slot, reason))
    return slot
  }

  /** Notices when a host answers nothing, and when it does again. The first answer is waited for: plugins are loading. */
  async #watch(slot: Slot): Promise<void> {
    const { signal } = slot.watch
    try {
      await slot.host.peer.call('ping', null)
      slot.loaded = true
      while (!signal.aborted) {
        await this.#options.clock.sleep(pingEveryMs, signal)
        if (!signal.aborted) await this.#answers(slot)
      }
    } catch {
      // The host has ended: that is dealt with where its end is heard of.
    }
  }

  /** Whether the host answers at once; if not, it counts as late until it does. @throws when it has ended */
  async #answers(slot: Slot): Promise<boolean> {
    if (slot.late) return false
    const limit = this.#options.clock.after(pingLateMs)
    const answer = slot.host.peer.call('ping', null).then(() => {
      limit.cancel()
      slot.late = false
      return true
    })
    const late = limit.elapsed.then(() => {
      slot.late = true
      return false
    })
    return await Promise.race([answer, late])
  }

  #ended(slot: Slot, reason: string | null): void {
    this.#slots.delete(slot)
    slot.watch.abort()
    slot.idle?.cancel()
    const why = reason ?? 'the host ended'
    slot.host.peer.end(why)
    if (!slot.retired) this.#options.died(slot.host, why)
  }

  async #retire(slot: Slot, reason: string): Promise<void> {
    slot.retired = true
    this.#slots.delete(slot)
    slot.watch.abort()
    slot.idle?.cancel()
    slot.host.peer.end(reason)
    await slot.started.terminate()
  }
}
