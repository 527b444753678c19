import type { Backoff } from '../core/backoff.ts'
import { type Address, formatAddress } from './address.ts'
import { randomBackoffMs, delay } from './backoff.ts'
import { BrokerConnection, type ConnectionOptions } from './broker-connection.ts'
import { type KafkaError, localError } from './errors.ts'

/**
 * The place of one connection: opened on demand, shared by all who ask, opened again after a failure no sooner than the
 * reconnect backoff allows.
 */
export class ConnectionSlot {
  readonly #address: Address
  readonly #options: ConnectionOptions
  readonly #backoff: Backoff
  readonly #closing = new AbortController()
  #connection: BrokerConnection | null = null
  #opening: Promise<BrokerConnection> | null = null
  #failures = 0
  #retryAtMs = 0

  constructor(address: Address, options: ConnectionOptions, backoff: Backoff) {
    this.#address = address
    this.#options = options
    this.#backoff = backoff
  }

  /** The connection, when it is open. */
  get open(): BrokerConnection | null {
    return this.#connection?.isOpen ? this.#connection : null
  }

  get isOpen(): boolean {
    return this.open !== null
  }

  /** Whether an attempt now would have to wait, because the last ones failed. */
  get isBackingOff(): boolean {
    return !this.isOpen && this.#opening === null && Date.now() < this.#retryAtMs
  }

  get inFlight(): number {
    return this.#connection?.inFlight ?? 0
  }

  /** The open connection. */
  connection(): Promise<BrokerConnection> {
    if (this.#connection?.isOpen) return Promise.resolve(this.#connection)
    this.#opening ??= this.#open().finally(() => {
      this.#opening = null
    })
    return this.#opening
  }

  close(reason: KafkaError = closed(this.#address)): void {
    this.#closing.abort(reason)
    this.#connection?.close(reason)
  }

  async #open(): Promise<BrokerConnection> {
    const signal = this.#closing.signal
    signal.throwIfAborted()
    const waitMs = this.#retryAtMs - Date.now()
    if (waitMs > 0) await delay(waitMs, signal)
    try {
      const connection = await BrokerConnection.open(this.#address, this.#options, signal)
      // Closed in the moment between.
      if (signal.aborted) connection.close(signal.reason as KafkaError)
      signal.throwIfAborted()
      this.#failures = 0
      this.#connection = connection
      return connection
    } catch (error) {
      this.#retryAtMs = Date.now() + randomBackoffMs(this.#backoff, this.#failures++)
      throw error
    }
  }
}

function closed(address: Address): KafkaError {
  return localError('KAFKA_CLOSED', `The connection to ${formatAddress(address)} was closed by its owner`)
}
