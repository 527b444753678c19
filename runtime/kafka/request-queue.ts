import type { KafkajsRequestQueue, QueuedRequest } from './kafkajs.ts'

interface Pending {
  readonly request: QueuedRequest
  /** `Date.now()` at which the request counts as lost. */
  readonly deadlineMs: number
}

export interface RequestQueueHooks {
  /** A request has waited longer than it may. */
  onTimeout(correlationId: number): void
  /** What requests are rejected with when kafkajs ends the connection with an error of its own. */
  toError(error: Error): Error
}

/**
 * Requests sent and not answered on one connection, in place of kafkajs's own queue.
 *
 * One timer at most, set to the earliest deadline and only while something is awaited: an idle connection never wakes
 * the process. A late answer condemns the connection (as in Java's client), which is the caller's to do in `onTimeout`.
 */
export class RequestQueue implements KafkajsRequestQueue {
  readonly #pending = new Map<number, Pending>()
  readonly #held: Pending[] = []
  readonly #defaultTimeoutMs: number
  readonly #hooks: RequestQueueHooks
  #timer: NodeJS.Timeout | null = null
  #timerAtMs = Number.POSITIVE_INFINITY
  #throttledUntilMs = 0
  #throttleTimer: NodeJS.Timeout | null = null

  constructor(defaultTimeoutMs: number, hooks: RequestQueueHooks) {
    this.#defaultTimeoutMs = defaultTimeoutMs
    this.#hooks = hooks
  }

  /** Requests not answered yet. */
  get size(): number {
    return this.#pending.size + this.#held.length
  }

  push(request: QueuedRequest): void {
    const deadlineMs = Date.now() + (request.requestTimeout ?? this.#defaultTimeoutMs)
    const pending = { request, deadlineMs }
    if (this.#held.length > 0 || Date.now() < this.#throttledUntilMs) {
      this.#held.push(pending)
      this.#armThrottle()
    } else {
      this.#send(pending)
    }
    if (request.expectResponse && deadlineMs < this.#timerAtMs) this.#arm(deadlineMs)
  }

  fulfillRequest({ correlationId, payload, size }: { correlationId: number; payload: Buffer; size: number }): void {
    const pending = this.#pending.get(correlationId)
    if (!pending) return
    this.#pending.delete(correlationId)
    if (this.size === 0) this.#disarm()
    const { entry } = pending.request
    entry.resolve({ correlationId, size, entry, payload })
  }

  rejectAll(error: Error): void {
    const all = [...this.#pending.values(), ...this.#held]
    this.destroy()
    const reason = this.#hooks.toError(error)
    for (const { request } of all) request.entry.reject(reason)
  }

  /** Holds requests back for a time, as a broker with quotas asks (KIP-219). */
  maybeThrottle(throttleMs: number | null | undefined): void {
    if (!throttleMs || throttleMs < 0) return
    this.#throttledUntilMs = Math.max(this.#throttledUntilMs, Date.now() + throttleMs)
  }

  /** kafkajs awaits this when it disconnects; whoever closes a connection of ours rejects what is open first. */
  waitForPendingRequests(): Promise<void> {
    return Promise.resolve()
  }

  scheduleRequestTimeoutCheck(): void {}

  destroy(): void {
    this.#pending.clear()
    this.#held.length = 0
    this.#disarm()
    if (this.#throttleTimer) clearTimeout(this.#throttleTimer)
    this.#throttleTimer = null
  }

  #send(pending: Pending): void {
    const { entry, expectResponse, sendRequest } = pending.request
    if (expectResponse) this.#pending.set(entry.correlationId, pending)
    try {
      sendRequest()
    } catch (error) {
      this.#pending.delete(entry.correlationId)
      entry.reject(error as Error)
      return
    }
    if (!expectResponse) entry.resolve({ correlationId: entry.correlationId, size: 0, entry, payload: null })
  }

  #armThrottle(): void {
    this.#throttleTimer ??= setTimeout(
      () => {
        this.#throttleTimer = null
        while (Date.now() >= this.#throttledUntilMs) {
          const next = this.#held.shift()
          if (!next) return
          this.#send(next)
        }
        this.#armThrottle()
      },
      Math.max(1, this.#throttledUntilMs - Date.now()),
    )
  }

  #arm(atMs: number): void {
    this.#disarm()
    this.#timerAtMs = atMs
    this.#timer = setTimeout(() => this.#checkDeadlines(), Math.max(1, atMs - Date.now()))
  }

  #disarm(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    this.#timerAtMs = Number.POSITIVE_INFINITY
  }

  #checkDeadlines(): void {
    this.#disarm()
    const nowMs = Date.now()
    let earliest = Number.POSITIVE_INFINITY
    for (const { request, deadlineMs } of [...this.#pending.values(), ...this.#held]) {
      if (deadlineMs <= nowMs) {
        this.#hooks.onTimeout(request.entry.correlationId)
        return
      }
      earliest = Math.min(earliest, deadlineMs)
    }
    if (earliest !== Number.POSITIVE_INFINITY) this.#arm(earliest)
  }
}
