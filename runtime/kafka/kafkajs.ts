import { createRequire } from 'node:module'
import type net from 'node:net'
import type tls from 'node:tls'

/**
 * The only file that reaches into kafkajs 2.2.4. Of it we use one class, `Connection`: a socket with TLS and SASL that
 * takes the size-delimited answers apart. `test/unit/runtime/kafka/kafkajs.test.ts` pins what we rely on.
 *
 * Its request queue is replaced by ours. The original wakes the process each millisecond once it has sent something
 * (a timer that rearms itself), checks timeouts ten times a second, and waits without end for answers when told to
 * disconnect.
 */
const require = createRequire(import.meta.url)

/** A request on its way, as kafkajs hands it to its queue. */
export interface QueuedRequest {
  readonly entry: {
    readonly correlationId: number
    readonly resolve: (answer: { correlationId: number; size: number; entry: unknown; payload: Buffer | null }) => void
    readonly reject: (error: Error) => void
  }
  readonly expectResponse: boolean
  readonly requestTimeout: number | null
  readonly sendRequest: () => void
}

/** What kafkajs calls on a connection's request queue. */
export interface KafkajsRequestQueue {
  push(request: QueuedRequest): void
  fulfillRequest(answer: { correlationId: number; payload: Buffer; size: number }): void
  rejectAll(error: Error): void
  maybeThrottle(throttleMs: number | null | undefined): void
  waitForPendingRequests(): Promise<void>
  scheduleRequestTimeoutCheck(): void
  destroy(): void
}

/** The part of kafkajs's Connection that we use. */
export interface KafkajsConnection {
  requestQueue: KafkajsRequestQueue
  readonly socket: net.Socket | undefined
  /** Resolves when the socket is connected and, with TLS, the handshake is done. */
  connect(): Promise<boolean>
  disconnect(): Promise<boolean>
  isConnected(): boolean
  /** False as well when the broker's session lifetime is nearly over. */
  isAuthenticated(): boolean
  authenticate(): Promise<void>
  nextCorrelationId(): number
  setVersions(versions: { readonly [apiKey: number]: { minVersion: number; maxVersion: number } }): void
  setSupportAuthenticationProtocol(supported: boolean): void
}

/** How a SASL mechanism of our own talks: `request.encode` gives the bytes, `response` parses the broker's. */
export interface SaslExchange {
  saslAuthenticate<T>(step: {
    readonly request: { encode(): Promise<Buffer> }
    readonly response?: { decode(raw: Buffer): Promise<Buffer>; parse(data: Buffer): Promise<T> }
  }): Promise<T>
}

/** Credentials as kafkajs wants them. */
export type KafkajsSasl =
  | {
      readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'
      readonly username: string
      readonly password: string
    }
  | {
      readonly mechanism: string
      readonly authenticationProvider: (exchange: SaslExchange) => { authenticate(): Promise<void> }
    }

export interface KafkajsSocketOptions {
  readonly host: string
  readonly port: number
  readonly ssl: tls.ConnectionOptions | null
  readonly onConnect: () => void
}

export interface KafkajsConnectionOptions {
  readonly host: string
  readonly port: number
  readonly clientId: string
  readonly ssl: tls.ConnectionOptions | null
  readonly sasl: KafkajsSasl | null
  readonly connectionTimeout: number
  readonly socketFactory: (options: KafkajsSocketOptions) => net.Socket
  readonly queue: KafkajsRequestQueue
}

interface KafkajsLogger {
  namespace(): KafkajsLogger
  debug(): void
  info(): void
  warn(): void
  error(): void
}

type ConnectionClass = new (options: Readonly<Record<string, unknown>>) => KafkajsConnection

/** What kafkajs logs, its callers get as errors. */
const SILENT: KafkajsLogger = { namespace: () => SILENT, debug() {}, info() {}, warn() {}, error() {} }

let connectionClass: ConnectionClass | null = null

/** A connection that is not connected yet. Use one once: a broken connection is replaced, not reopened. */
export function makeKafkajsConnection(options: KafkajsConnectionOptions): KafkajsConnection {
  connectionClass ??= require('kafkajs/src/network/connection') as ConnectionClass
  const { queue, sasl, ...rest } = options
  const connection = new connectionClass({
    ...rest,
    // kafkajs keeps its authenticator in this object, so each connection gets its own.
    sasl: sasl === null ? null : { ...sasl },
    logger: SILENT,
    requestTimeout: options.connectionTimeout,
    enforceRequestTimeout: false,
  })
  connection.requestQueue = queue
  return connection
}

/** The fields of kafkajs's errors that tell what went wrong. */
export interface KafkajsErrorFields {
  readonly name: string
  readonly message: string
  /** Node's error code for connection errors. */
  readonly code?: string | number
  /** Kafka's error name for protocol errors. */
  readonly type?: string
}
