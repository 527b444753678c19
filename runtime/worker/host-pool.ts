import type { ConnectError } from '../../api/index.ts'
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

interface Slot {
  readonly host: Host
  readonly started: StartedHost
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
    const slots = [...this.#slots].toSorted((a, b) => a.uses - b.uses || a.host.number - b.host.number)
    const least = slots[0]
    const slot =
      least !== undefined && (least.uses === 0 || slots.length >= this.#options.hostsMax) ? least : this.#startSlot()
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

  /** Work that needs a host for the length of one call. */
  async use<T>(work: (host: Host) => Promise<T>): Promise<T> {
    const host = this.acquire()
    try {
      return await work(host)
    } finally {
      this.release(host)
    }
  }

  async close(): Promise<void> {
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
    const slot: Slot = { host, started, uses: 0, idle: null, retired: false }
    this.#slots.add(slot)
    void started.ended.then((reason) => this.#ended(slot, reason))
    return slot
  }

  #ended(slot: Slot, reason: string | null): void {
    this.#slots.delete(slot)
    slot.idle?.cancel()
    const why = reason ?? 'the host ended'
    slot.host.peer.end(why)
    if (!slot.retired) this.#options.died(slot.host, why)
  }

  async #retire(slot: Slot, reason: string): Promise<void> {
    slot.retired = true
    this.#slots.delete(slot)
    slot.idle?.cancel()
    slot.host.peer.end(reason)
    await slot.started.terminate()
  }
}
