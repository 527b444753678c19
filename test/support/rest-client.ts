import { setTimeout as delay } from 'node:timers/promises'

/** Longer than any rebalance of a test's group. */
const settleMs = 20_000

/** An answer of a REST API, body read. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

export interface RequestOptions {
  /** Sent as JSON; a string or bytes are sent as they are. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** Requests to one worker, as tools make them. */
export class RestClient {
  readonly url: string

  /** @param url with or without a slash at its end */
  constructor(url: string) {
    this.url = url.replace(/\/$/, '')
  }

  async request(method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
    const { body, headers } = options
    const raw = typeof body === 'string' || body instanceof Uint8Array
    const init: RequestInit = { method, redirect: 'manual', signal: AbortSignal.timeout(100_000) }
    if (body !== undefined) init.body = raw ? (body as string) : JSON.stringify(body)
    init.headers = body === undefined || raw ? { ...headers } : { 'Content-Type': 'application/json', ...headers }
    const response = await fetch(`${this.url}${path}`, init)
    return { status: response.status, headers: response.headers, text: await response.text() }
  }

  /** A request that is made again while the group rebalances (409), as clients of Connect do. */
  async settled(method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
    for (const endMs = Date.now() + settleMs; ; ) {
      const answer = await this.request(method, path, options)
      // Other conflicts, such as a name that is taken, stay.
      if (answer.status !== 409 || !answer.text.includes('Cannot complete request') || Date.now() > endMs) return answer
      await delay(100)
    }
  }

  /** The JSON of an answer that has to have this status. */
  async json<T = unknown>(method: string, path: string, status: number, body?: unknown): Promise<T> {
    const answer = await this.request(method, path, { body })
    if (answer.status !== status)
      throw new Error(`${method} ${path}: ${status} expected, got ${answer.status} ${answer.text}`)
    return (answer.text === '' ? null : JSON.parse(answer.text)) as T
  }

  get<T = unknown>(path: string): Promise<T> {
    return this.json('GET', path, 200)
  }
}

export interface ConnectorStatus {
  readonly name: string
  readonly type: string
  readonly connector: InstanceStatus
  readonly tasks: readonly (InstanceStatus & { readonly id: number })[]
}

export interface InstanceStatus {
  readonly state: string
  readonly worker_id: string
  readonly version?: string | null
  readonly trace?: string
}
