import type { Backoff } from '../../core/backoff.ts'
import { retrying } from '../backoff.ts'
import type { KafkaCluster, NodeTarget } from '../cluster.ts'
import { isBrokerError, KafkaError } from '../errors.ts'
import type { NodeId } from '../metadata.ts'
import type { ClientApi } from '../protocol/api.ts'

export interface AdminOptions {
  /** `default.api.timeout.ms`: how long one call tries. */
  readonly apiTimeoutMs: number
  /** `retry.backoff.ms`, `retry.backoff.max.ms` */
  readonly retryBackoff: Backoff
}

export interface CallOptions {
  /** Overrides `default.api.timeout.ms` for this call. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

/** Runs admin requests: again after retriable faults, and at the right broker. */
export class AdminRequests {
  readonly cluster: KafkaCluster
  readonly options: AdminOptions
  readonly #coordinators = new Map<string, NodeId>()

  constructor(cluster: KafkaCluster, options: AdminOptions) {
    this.cluster = cluster
    this.options = options
  }

  /** Sends until `accept` takes the answer, which it refuses by throwing a retriable `KafkaError`. */
  async send<Q, R, A>(
    doing: string,
    to: NodeTarget,
    api: ClientApi<Q, R>,
    body: Q,
    accept: (answer: R) => A,
    call: CallOptions = {},
  ): Promise<A> {
    const { signal } = call
    return this.retry(doing, call, async () =>
      accept(await this.cluster.request(to, api, body, signal ? { signal } : {})),
    )
  }

  /** Sends to the coordinator of a group or a transactional id, looked up again when it has moved. */
  async sendToCoordinator<Q, R, A>(
    doing: string,
    kind: 'group' | 'transaction',
    key: string,
    api: ClientApi<Q, R>,
    body: Q,
    accept: (answer: R) => A,
    call: CallOptions = {},
  ): Promise<A> {
    const name = `${kind}:${key}`
    return this.retry(doing, call, async (options) => {
      try {
        const node =
          this.#coordinators.get(name) ?? (await this.cluster.coordinator(kind, key, options.signal, options.timeoutMs))
        this.#coordinators.set(name, node)
        return accept(await this.cluster.request(node, api, body, options))
      } catch (error) {
        if (hasMoved(error)) this.#coordinators.delete(name)
        throw error
      }
    })
  }

  /** Runs an attempt until it succeeds or the call's time is up; each attempt has no more than what is left of it. */
  retry<A>(doing: string, { timeoutMs, signal }: CallOptions, attempt: (options: Attempt) => Promise<A>): Promise<A> {
    const deadlineMs = Date.now() + (timeoutMs ?? this.options.apiTimeoutMs)
    const abort = signal ? { signal } : {}
    const bounded = (): Promise<A> => {
      const leftMs = Math.max(deadlineMs - Date.now(), 1)
      return attempt({ timeoutMs: Math.min(leftMs, this.cluster.requestTimeoutMs), ...abort })
    }
    return retrying(bounded, { doing, deadlineMs, backoff: this.options.retryBackoff, ...abort })
  }
}

/** What one attempt passes on to the cluster. */
export interface Attempt {
  readonly timeoutMs: number
  readonly signal?: AbortSignal
}

function hasMoved(error: unknown): boolean {
  if (!(error instanceof KafkaError)) return false
  return error.errorName === null || isBrokerError(error, 'NOT_COORDINATOR', 'COORDINATOR_NOT_AVAILABLE')
}
