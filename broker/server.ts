import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { handlers } from './apis/index.ts'
import { Faults } from './faults/faults.ts'
import { Connection } from './net/connection.ts'
import type { SaslOptions } from './sasl/mechanism.ts'
import { BrokerState, type BrokerStateOptions } from './state/broker-state.ts'

/** `log.retention.check.interval.ms` */
const maintenanceMs = 30_000

export interface BrokerOptions extends BrokerStateOptions {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** Left out: nobody has to say who they are. */
  readonly sasl?: SaslOptions | null
  readonly onError: (error: unknown) => void
}

/** A broker that listens. */
export class BrokerServer implements AsyncDisposable {
  readonly #server: Server
  readonly #connections = new Set<Connection>()
  readonly #state: BrokerState
  readonly #stopping = new AbortController()
  /** What is to go wrong, for tests. */
  readonly faults = new Faults()

  private constructor(server: Server, state: BrokerState, { onError, sasl = null }: BrokerOptions) {
    this.#server = server
    this.#state = state
    server.on('connection', (socket) => {
      const connection = new Connection(socket, { state, handlers, faults: this.faults, sasl, onError })
      this.#connections.add(connection)
      socket.on('close', () => this.#connections.delete(connection))
    })
  }

  static async start(options: BrokerOptions): Promise<BrokerServer> {
    const state = new BrokerState(options)
    const server = createServer()
    const broker = new BrokerServer(server, state, options)
    server.listen({ host: options.host, port: options.port })
    try {
      await once(server, 'listening')
    } catch (error) {
      state.close()
      throw error
    }
    const { port } = server.address() as { port: number }
    state.address = { host: options.host, port }
    void broker.#maintain(options.onError)
    return broker
  }

  /** `host:port`, for `bootstrap.servers`. */
  get bootstrap(): string {
    const { host, port } = this.#state.address
    return `${host}:${port}`
  }

  async close(): Promise<void> {
    this.#stopping.abort()
    const closed = once(this.#server, 'close')
    this.#server.close()
    for (const connection of this.#connections) connection.close()
    await closed
    this.#state.close()
  }

  async #maintain(onError: (error: unknown) => void): Promise<void> {
    const { signal } = this.#stopping
    const { clock, topics } = this.#state
    for (;;) {
      await clock.sleep(maintenanceMs, signal)
      if (signal.aborted) return
      try {
        topics.maintain(clock.nowMs())
      } catch (error) {
        onError(error)
      }
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
