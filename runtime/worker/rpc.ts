import { ConnectError, type ErrorData, errorFromData, errorToData } from '../../api/index.ts'
import type { Clock } from '../platform/clock.ts'

/** Calls that one side offers to the other: what goes in, what comes back. Both must survive a structured clone. */
export type Methods = Record<string, { params: unknown; result: unknown }>

/** Events that one side tells the other without an answer. */
export type Events = Record<string, unknown>

/** What travels. Plain data, so that a thread, a child process and a test can carry it alike. */
export type RpcMessage =
  | { readonly type: 'call'; readonly id: number; readonly method: string; readonly params: unknown }
  | { readonly type: 'result'; readonly id: number; readonly value: unknown }
  | { readonly type: 'error'; readonly id: number; readonly error: ErrorData }
  | { readonly type: 'event'; readonly name: string; readonly value: unknown }

/** One end of a wire that carries messages in order. */
export interface RpcWire {
  post(message: RpcMessage): void
  listen(receive: (message: RpcMessage) => void): void
}

export type Handlers<M extends Methods> = {
  readonly [K in keyof M]: (params: M[K]['params']) => M[K]['result'] | Promise<M[K]['result']>
}
export type EventHandlers<E extends Events> = { readonly [K in keyof E]: (value: E[K]) => void }

interface Pending {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

export interface RpcPeerOptions<Offered extends Methods, Heard extends Events> {
  readonly wire: RpcWire
  readonly clock: Clock
  readonly handlers: Handlers<Offered>
  readonly events: EventHandlers<Heard>
}

/** A call that was not answered in time; the other side may still be at work on it. */
export const callTimedOut = 'CALL_TIMED_OUT'
/** The other side is gone; whether it did the work is not known. */
export const peerGone = 'PEER_GONE'

/**
 * Calls and events between two sides that share nothing. Every call is answered exactly once: by the other side, by its
 * deadline, or by {@link RpcPeer.end}.
 */
export class RpcPeer<Offered extends Methods, Wanted extends Methods, Heard extends Events, Told extends Events> {
  readonly #options: RpcPeerOptions<Offered, Heard>
  readonly #pending = new Map<number, Pending>()
  #nextId = 1
  #ended: ConnectError | null = null

  constructor(options: RpcPeerOptions<Offered, Heard>) {
    this.#options = options
    options.wire.listen((message) => this.#receive(message))
  }

  /** Calls the other side. Without a deadline it waits until the other side answers or is gone. */
  call<K extends keyof Wanted & string>(
    method: K,
    params: Wanted[K]['params'],
    deadlineMs?: number,
  ): Promise<Wanted[K]['result']> {
    if (this.#ended !== null) return Promise.reject(this.#ended)
    const id = this.#nextId++
    const timer = deadlineMs === undefined ? null : this.#options.clock.after(deadlineMs)
    const answer = new Promise<Wanted[K]['result']>((resolve, reject) => {
      this.#pending.set(id, { resolve, reject })
    })
    void timer?.elapsed.then(() => {
      const waiting = this.#pending.get(id)
      this.#pending.delete(id)
      waiting?.reject(new ConnectError(callTimedOut, `${method} was not answered within ${String(deadlineMs)} ms`))
    })
    try {
      this.#options.wire.post({ type: 'call', id, method, params })
    } catch (error) {
      // Parameters that cannot travel: an error of this call like any other.
      this.#take(id)?.reject(error instanceof Error ? error : new ConnectError('INTERNAL', String(error)))
    }
    return answer.finally(() => timer?.cancel())
  }

  tell<K extends keyof Told & string>(name: K, value: Told[K]): void {
    if (this.#ended === null) this.#options.wire.post({ type: 'event', name, value })
  }

  /** Fails what is under way and all that follows. */
  end(reason: string): void {
    if (this.#ended !== null) return
    this.#ended = new ConnectError(peerGone, reason)
    for (const waiting of this.#pending.values()) waiting.reject(this.#ended)
    this.#pending.clear()
  }

  #receive(message: RpcMessage): void {
    if (this.#ended !== null) return
    switch (message.type) {
      case 'call':
        void this.#answer(message.id, message.method, message.params)
        return
      case 'result':
        this.#take(message.id)?.resolve(message.value)
        return
      case 'error':
        this.#take(message.id)?.reject(errorFromData(message.error))
        return
      case 'event':
        if (Object.hasOwn(this.#options.events, message.name))
          this.#options.events[message.name as keyof Heard](message.value as Heard[keyof Heard])
        return
    }
  }

  /** Undefined for an answer that came after its deadline. */
  #take(id: number): Pending | undefined {
    const waiting = this.#pending.get(id)
    this.#pending.delete(id)
    return waiting
  }

  async #answer(id: number, method: string, params: unknown): Promise<void> {
    try {
      const { handlers } = this.#options
      if (!Object.hasOwn(handlers, method)) throw new ConnectError('INTERNAL', `no such call: ${method}`)
      const value: unknown = await handlers[method as keyof Offered](params)
      if (this.#ended === null) this.#options.wire.post({ type: 'result', id, value })
    } catch (error) {
      if (this.#ended === null) this.#options.wire.post({ type: 'error', id, error: errorToData(error) })
    }
  }
}
