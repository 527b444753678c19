/** Requests of users and of workers among themselves: by the rules of `completeOrForward`, without HTTP in between. */
import { SIGNATURE_ALGORITHM_HEADER, SIGNATURE_HEADER } from '../../../runtime/core/request-signature.ts'
import { HerderError } from '../../../runtime/herder/errors.ts'
import type { Herder } from '../../../runtime/herder/herder.ts'
import type { Forwarder } from '../../../runtime/herder/forwarder.ts'
import type { Random } from '../random.ts'
import type { Scheduler } from '../scheduler.ts'
import type { Gate } from './gate.ts'
import type { SimulatedProcess } from './process.ts'

/** How long any request may take, as in REST. */
const REQUEST_MS = 90_000
const HOPS_MAX = 2

/** `unknown`: whether it was, or will be, carried out cannot be told. */
export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly status: number }
  | { readonly kind: 'unknown' }

export class Requests {
  readonly #scheduler: Scheduler
  readonly #random: Random
  readonly #processes: readonly SimulatedProcess[]
  /** Answers that no worker should give. */
  readonly faults: string[] = []

  constructor(scheduler: Scheduler, random: Random, processes: readonly SimulatedProcess[]) {
    this.#scheduler = scheduler
    this.#random = random
    this.#processes = processes
  }

  /** Asks a worker; it sends the request on when another one has to answer. */
  async ask(process: SimulatedProcess, what: string, work: (herder: Herder) => Promise<unknown>): Promise<Outcome> {
    let target = process
    for (let hop = 0; ; hop++) {
      const error = await this.#attempt(target, work)
      if (error === null) return { kind: 'done' }
      if (error === 'unanswered') return { kind: 'unknown' }
      if (!(error instanceof HerderError)) {
        // A write to the config topic that failed, or was not read back in time: a 500, which may still come true.
        if (!isStoreError(error)) this.faults.push(`${what}: ${String(error)} ${error.stack ?? ''}`)
        return { kind: 'unknown' }
      }
      const { status, forward } = error
      if (forward === null) return status >= 500 ? { kind: 'unknown' } : { kind: 'refused', status }
      const next = hop === HOPS_MAX || forward.url === null ? undefined : this.#at(forward.url)
      if (next === undefined) return { kind: 'refused', status: 409 }
      target = next
    }
  }

  /** How a process sends requests to others; each other one sees the request on its own side of the network. */
  readonly forwarder = (from: Gate): Forwarder => {
    return (url, request) =>
      new Promise((resolve, reject) => {
        const target = this.#at(url)
        const name = /^\/connectors\/([^/]+)\/tasks$/.exec(request.path)?.[1]
        if (from.isCut || target === undefined || target.gate.isCut || name === undefined)
          return from.after(1000, () => reject(new Error('ECONNREFUSED')))
        const answer = (status: number, text: string): void =>
          from.after(this.#latencyMs(), () => resolve({ status, body: Buffer.from(text), location: null }))
        const signature = request.headers[SIGNATURE_HEADER]
        const algorithm = request.headers[SIGNATURE_ALGORITHM_HEADER]
        const signed = signature === undefined || algorithm === undefined ? null : { signature, algorithm }
        target.gate.after(this.#latencyMs(), () => {
          target.herder
            .putTaskConfigs(decodeURIComponent(name), { body: request.body ?? new Uint8Array(), signature: signed })
            .then(
              () => answer(204, ''),
              (error: unknown) => answer(error instanceof HerderError ? error.status : 500, String(error)),
            )
        })
        from.after(REQUEST_MS, () => reject(new Error('no answer')))
      })
  }

  #at(url: string): SimulatedProcess | undefined {
    return this.#processes.find((process) => process.alive && process.url === url)
  }

  #attempt(target: SimulatedProcess, work: (herder: Herder) => Promise<unknown>): Promise<Error | 'unanswered' | null> {
    return new Promise((resolve) => {
      this.#scheduler.after(REQUEST_MS, () => resolve('unanswered'))
      target.gate.after(this.#latencyMs(), () => {
        // As a request handler does, a method that throws at once rejects.
        Promise.resolve()
          .then(() => work(target.herder))
          .then(
            () => this.#scheduler.after(this.#latencyMs(), () => resolve(null)),
            (error: unknown) => this.#scheduler.after(this.#latencyMs(), () => resolve(error as Error)),
          )
      })
    })
  }

  #latencyMs(): number {
    return this.#random.between(0, 50)
  }
}

function isStoreError(error: Error): boolean {
  return 'code' in error && (error.code === 'CONNECT_FAILED' || error.code === 'TIMEOUT')
}
