import { Worker } from 'node:worker_threads'
import type { Fault } from './faults/fault.ts'
import type { BrokerSettings, FromBroker, ToBroker } from './thread-messages.ts'

/** A broker that could not start; `code` is the system's where there is one (`EADDRINUSE`, …). */
export class BrokerStartError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

export interface BrokerListener {
  /** Something went wrong that is no fault of a client; the broker goes on. */
  readonly onError: (error: string) => void
  readonly onTorn: (log: string, bytes: number) => void
}

/** A fault that is staged on a broker. */
export interface FaultHandle {
  /** Resolves when it has struck as often as it was to, or is removed. */
  readonly over: Promise<void>
  remove(): void
}

/** Whom to tell what becomes of a fault. */
interface Staged {
  staged: () => void
  refused: (error: Error) => void
  over: () => void
}

/** Requests and answers live briefly: with V8's own limit three times as much garbage stays resident. */
const youngGenerationMb = 16
const entry = new URL('./thread-entry.js', import.meta.url)

/** The embedded broker in a thread of its own: whatever computes elsewhere, it answers. */
export class BrokerThread implements AsyncDisposable {
  /** `host:port`, for `bootstrap.servers`. */
  readonly bootstrap: string
  /** Rejects when the thread ends by itself. */
  readonly failed: Promise<never>
  readonly #thread: Worker
  readonly #ended: Promise<void>
  readonly #staged = new Map<number, Staged>()
  #lastRequest = 0
  #closing = false

  private constructor(thread: Worker, bootstrap: string, listener: BrokerListener) {
    this.#thread = thread
    this.bootstrap = bootstrap
    let fail: (error: Error) => void = () => undefined
    this.failed = new Promise((_resolve, reject) => {
      fail = reject
    })
    this.failed.catch(() => undefined)
    let cause = 'it ended by itself'
    thread.on('error', (error) => {
      cause = error instanceof Error ? (error.stack ?? error.message) : String(error)
    })
    this.#ended = new Promise((resolve) => {
      thread.once('exit', () => {
        if (!this.#closing) fail(new Error(`the embedded broker has ended: ${cause}`))
        for (const { refused, over } of this.#staged.values()) {
          refused(new Error('the embedded broker has ended'))
          over()
        }
        this.#staged.clear()
        resolve()
      })
    })
    thread.on('message', (message: FromBroker) => this.#receive(message, listener))
  }

  /** @throws BrokerStartError */
  static async start(settings: BrokerSettings, listener: BrokerListener): Promise<BrokerThread> {
    const thread = new Worker(entry, {
      workerData: settings,
      name: 'broker',
      resourceLimits: { maxYoungGenerationSizeMb: youngGenerationMb },
    })
    const bootstrap = await new Promise<string>((resolve, reject) => {
      thread.once('error', reject)
      thread.on('message', (message: FromBroker) => {
        if (message.kind === 'listening') resolve(message.bootstrap)
        else if (message.kind === 'refused') reject(new BrokerStartError(message.code, message.message))
        else if (message.kind === 'torn') listener.onTorn(message.log, message.bytes)
      })
    })
    thread.removeAllListeners('message').removeAllListeners('error')
    return new BrokerThread(thread, bootstrap, listener)
  }

  /** Stages a fault; it is in place when this resolves. @throws RangeError for one that could never strike */
  async stage(fault: Fault): Promise<FaultHandle> {
    if (this.#closing) throw new Error('the embedded broker is closed')
    const request = ++this.#lastRequest
    const calls: Staged = { staged: () => undefined, refused: () => undefined, over: () => undefined }
    const over = new Promise<void>((resolve) => (calls.over = resolve))
    const staged = new Promise<void>((resolve, reject) => {
      calls.staged = resolve
      calls.refused = reject
    })
    this.#staged.set(request, calls)
    this.#tell({ kind: 'stage', request, fault })
    await Promise.race([staged, this.failed])
    return { over, remove: () => this.#tell({ kind: 'remove', request }) }
  }

  async close(): Promise<void> {
    this.#closing = true
    this.#tell({ kind: 'stop' })
    await this.#ended
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #tell(message: ToBroker): void {
    this.#thread.postMessage(message)
  }

  #receive(message: FromBroker, { onError, onTorn }: BrokerListener): void {
    switch (message.kind) {
      case 'staged':
        return this.#staged.get(message.request)?.staged()
      case 'unfit':
        this.#staged.get(message.request)?.refused(new RangeError(message.message))
        this.#staged.delete(message.request)
        return
      case 'over':
        this.#staged.get(message.request)?.over()
        this.#staged.delete(message.request)
        return
      case 'error':
        return onError(message.error)
      case 'torn':
        return onTorn(message.log, message.bytes)
      case 'listening':
      case 'refused':
        return // the start has heard these
    }
  }
}
