import net from 'node:net'
import tls from 'node:tls'
import { type Address, formatAddress } from './address.ts'
import { connectionError, listenerRemedy } from './connection-errors.ts'
import { brokerError, codeOf, KafkaError, localError } from './errors.ts'
import {
  type KafkajsConnection,
  type KafkajsSasl,
  type KafkajsSocketOptions,
  makeKafkajsConnection,
} from './kafkajs.ts'
import { type ClientApi, negotiate, type VersionRange } from './protocol/api.ts'
import { apiVersions } from './protocol/api-versions.ts'
import { decodeResponsePayload, encodeRequestFrame } from './protocol/frame.ts'
import { RequestQueue } from './request-queue.ts'

const KEEP_ALIVE_DELAY_MS = 60_000
/** What ApiVersions tells the broker about us; it shows in the broker's metrics. */
const SOFTWARE = { clientSoftwareName: 'sluice', clientSoftwareVersion: '0.1.0' } as const

/** How to connect to a broker; part of a client's configuration. */
export interface ConnectionOptions {
  readonly clientId: string
  /** `socket.connection.setup.timeout.ms`: socket and TLS handshake. */
  readonly connectTimeoutMs: number
  /** `request.timeout.ms`: for requests that name no deadline of their own. */
  readonly requestTimeoutMs: number
  readonly tls: tls.ConnectionOptions | null
  readonly sasl: KafkajsSasl | null
}

export interface SendOptions {
  /** How long to wait for the answer before the connection is given up. */
  readonly timeoutMs?: number
  /** False for Produce with acks=0, which has no answer. */
  readonly expectResponse?: boolean
}

/**
 * One connection to one broker: open, authenticated, versions known.
 *
 * Requests are answered in the order in which they are sent. An answer that is late closes the connection, since what
 * stands behind it in the pipe would be late too.
 */
export class BrokerConnection {
  readonly address: Address
  readonly #kafkajs: KafkajsConnection
  readonly #queue: RequestQueue
  readonly #options: ConnectionOptions
  #versions: ReadonlyMap<number, VersionRange> = new Map()
  #closed: KafkaError | null = null
  /** Whether the broker has answered anything since it let us in. */
  #hasAnswered = false
  #onClose: (() => void) | null = null

  private constructor(address: Address, options: ConnectionOptions) {
    this.address = address
    this.#options = options
    this.#queue = new RequestQueue(options.requestTimeoutMs, {
      onTimeout: () => this.#late(),
      toError: (error) => (error instanceof KafkaError ? error : this.#disconnected(error)),
    })
    this.#kafkajs = makeKafkajsConnection({
      host: address.host,
      port: address.port,
      clientId: options.clientId,
      ssl: options.tls,
      sasl: options.sasl,
      connectionTimeout: options.connectTimeoutMs,
      socketFactory: (socketOptions) => this.#openSocket(socketOptions),
      queue: this.#queue,
    })
  }

  /** Connects, asks for the API versions, authenticates. Rejects with a `KafkaError` that says what failed. */
  static async open(address: Address, options: ConnectionOptions, signal?: AbortSignal): Promise<BrokerConnection> {
    const connection = new BrokerConnection(address, options)
    const abort = (): void => connection.close(localError('KAFKA_CLOSED', 'The client was closed while connecting'))
    signal?.addEventListener('abort', abort, { once: true })
    let stage: 'connect' | 'versions' | 'authenticate' = 'connect'
    try {
      signal?.throwIfAborted()
      await connection.#kafkajs.connect()
      stage = 'versions'
      await connection.#learnVersions()
      stage = 'authenticate'
      await connection.#kafkajs.authenticate()
      return connection
    } catch (error) {
      const reason = connection.#closed ?? connectionError(error, stage, address, options)
      connection.close(reason)
      throw reason
    } finally {
      signal?.removeEventListener('abort', abort)
    }
  }

  get isOpen(): boolean {
    return this.#closed === null && this.#kafkajs.isConnected()
  }

  /** What the broker was told that we are. */
  get software(): string {
    return `${SOFTWARE.clientSoftwareName}/${SOFTWARE.clientSoftwareVersion}`
  }

  /** Requests without an answer yet. */
  get inFlight(): number {
    return this.#queue.size
  }

  /** Called once when the connection is gone, by whichever side. */
  set onClose(listener: () => void) {
    this.#onClose = listener
    if (this.#closed) listener()
  }

  /** The version of an API that both sides know, null when there is none. */
  versionOf(api: ClientApi<never, unknown>): number | null {
    return negotiate(api, this.#versions.get(api.key))
  }

  /** Sends a request and gives its answer. Rejects with a retriable `KafkaError` when the connection breaks. */
  async send<Q, R>(api: ClientApi<Q, R>, body: Q, options: SendOptions = {}): Promise<R> {
    const version = this.versionOf(api)
    if (version === null) throw this.#unsupported(api)
    if (!this.#kafkajs.isAuthenticated() && this.#options.sasl) await this.#reauthenticate()
    const answer = await this.#exchange(api, version, body, options)
    this.#hasAnswered = true
    return answer
  }

  /** Closes at once. What is under way is rejected with `reason`. */
  close(reason: KafkaError = localError('KAFKA_CLOSED', 'The connection was closed')): void {
    if (this.#closed) return
    this.#closed = reason
    this.#queue.rejectAll(reason)
    const { socket } = this.#kafkajs
    // With an error while it connects, because kafkajs's `connect` listens to nothing else and would wait for its timeout.
    socket?.destroy(this.#kafkajs.isConnected() ? undefined : reason)
    // Resolves at once: the queue, being ours, waits for nobody.
    void this.#kafkajs.disconnect()
    this.#onClose?.()
  }

  async #exchange<Q, R>(api: ClientApi<Q, R>, version: number, body: Q, options: SendOptions): Promise<R> {
    if (this.#closed) throw this.#closed
    const correlationId = this.#kafkajs.nextCorrelationId()
    const chunks = encodeRequestFrame(api, version, correlationId, this.#options.clientId, body)
    const payload = await new Promise<Buffer | null>((resolve, reject) => {
      this.#queue.push({
        entry: { correlationId, resolve: (answer) => resolve(answer.payload), reject },
        expectResponse: options.expectResponse ?? true,
        requestTimeout: options.timeoutMs ?? null,
        sendRequest: () => this.#write(chunks),
      })
    })
    // The caller knows that a request without an answer has none.
    if (payload === null) return undefined as R
    const answer = decodeResponsePayload(api, version, payload)
    this.#queue.maybeThrottle((answer as { throttleTimeMs?: number }).throttleTimeMs)
    return answer
  }

  #write(chunks: readonly Uint8Array[]): void {
    const socket = this.#kafkajs.socket
    if (!socket || this.#closed) throw this.#closed ?? localError('KAFKA_DISCONNECTED', 'Not connected', RETRIABLE)
    socket.cork()
    for (const chunk of chunks) socket.write(chunk)
    socket.uncork()
  }

  async #learnVersions(): Promise<void> {
    let version = apiVersions.maxVersion
    let answer = await this.#askVersions(version)
    if (answer.errorCode === codeOf('UNSUPPORTED_VERSION')) {
      // An older broker answers in version 0 and names what it speaks.
      const offered = answer.apiKeys.find((entry) => entry.apiKey === apiVersions.key)
      version = offered ? Math.min(version, offered.maxVersion) : 0
      answer = await this.#askVersions(version)
    }
    if (answer.errorCode !== 0) throw brokerError(answer.errorCode, 'Asking the broker for its API versions failed')
    this.#versions = new Map(answer.apiKeys.map((k) => [k.apiKey, { min: k.minVersion, max: k.maxVersion }]))
    this.#kafkajs.setVersions(
      Object.fromEntries(answer.apiKeys.map((k) => [k.apiKey, { minVersion: k.minVersion, maxVersion: k.maxVersion }])),
    )
    this.#kafkajs.setSupportAuthenticationProtocol(true)
  }

  async #askVersions(version: number): Promise<VersionsAnswer> {
    const lenient: ClientApi<typeof SOFTWARE, VersionsAnswer> = {
      ...apiVersions,
      decodeResponse: (reader, asked) =>
        // Error 35 comes in the layout of version 0, whatever was asked.
        apiVersions.decodeResponse(reader, reader.peekInt16() === codeOf('UNSUPPORTED_VERSION') ? 0 : asked),
    }
    return this.#exchange(lenient, version, SOFTWARE, { timeoutMs: this.#options.connectTimeoutMs })
  }

  async #reauthenticate(): Promise<void> {
    try {
      await this.#kafkajs.authenticate()
    } catch (error) {
      const reason = this.#closed ?? connectionError(error, 'authenticate', this.address, this.#options)
      this.close(reason)
      throw reason
    }
  }

  #openSocket({ host, port, ssl, onConnect }: KafkajsSocketOptions): net.Socket {
    const socket = ssl
      ? tls.connect({ host, port, ...(net.isIP(host) ? {} : { servername: host }), ...ssl }, onConnect)
      : net.connect({ host, port }, onConnect)
    socket.setNoDelay(true)
    socket.setKeepAlive(true, KEEP_ALIVE_DELAY_MS)
    socket.once('close', () => this.#lost())
    return socket
  }

  #lost(): void {
    this.close(this.#disconnected(null))
  }

  #disconnected(cause: Error | null): KafkaError {
    const reason = cause === null ? '' : `: ${cause.message}`
    const text = `Broker ${formatAddress(this.address)} closed the connection${reason}`
    // A listener with SASL lets anybody ask for its versions, and hangs up at whatever comes next.
    const remedy = this.#hasAnswered ? {} : { remedy: listenerRemedy(this.#options) }
    return localError('KAFKA_DISCONNECTED', text, { ...RETRIABLE, ...remedy, ...(cause ? { cause } : {}) })
  }

  #late(): void {
    this.close(
      localError('KAFKA_TIMEOUT', `Broker ${formatAddress(this.address)} did not answer in time`, {
        ...RETRIABLE,
        remedy: 'Check that the broker is alive and not overloaded; request.timeout.ms sets the limit.',
      }),
    )
  }

  #unsupported(api: ClientApi<never, unknown>): KafkaError {
    const offered = this.#versions.get(api.key)
    const theirs = offered ? `the broker offers ${offered.min} to ${offered.max}` : 'the broker does not offer it'
    return localError(
      'KAFKA_UNSUPPORTED_VERSION',
      `${api.name} is needed in version ${api.minVersion} to ${api.clientMaxVersion}, ${theirs}`,
      { remedy: 'Use Apache Kafka 2.1 or later.' },
    )
  }
}

interface VersionsAnswer {
  readonly errorCode: number
  readonly apiKeys: readonly { readonly apiKey: number; readonly minVersion: number; readonly maxVersion: number }[]
}

const RETRIABLE = { retriable: true } as const
