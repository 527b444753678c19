/** As long as any request that needs the herder may take, on every worker that it passes through; fixed, as in Connect. */
export const requestTimeoutMs = 90_000

/** One request to another worker; resolves with whatever it answered. */
export type Forwarder = (target: string, request: ForwardedRequest) => Promise<ForwardedAnswer>

export interface ForwardedRequest {
  readonly method: string
  /** Path and query, from the root. */
  readonly path: string
  readonly body: Uint8Array | null
  readonly headers: Readonly<Record<string, string>>
}

export interface ForwardedAnswer {
  readonly status: number
  readonly body: Uint8Array
  readonly location: string | null
}
