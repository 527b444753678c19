import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Api } from '../../runtime/kafka/protocol/api.ts'
import { decodeResponsePayload, encodeRequestFrame } from '../../runtime/kafka/protocol/frame.ts'
import type { Decoded, Encodable, Fields } from '../../runtime/kafka/protocol/schema.ts'

interface Waiting {
  readonly resolve: (payload: Buffer) => void
  readonly reject: (error: Error) => void
}

const correlationBytes = 4
const sizeBytes = 4

/** One connection without a client's ideas about what to ask when: requests as the protocol defines them, one by one. */
export class WireClient implements AsyncDisposable {
  readonly #socket: Socket
  readonly #waiting = new Map<number, Waiting>()
  #bytes: Buffer = Buffer.alloc(0)
  #correlationId = 0
  /** Resolves when the connection has ended, whoever ended it. */
  readonly closed: Promise<void>

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (chunk: Buffer) => this.#received(chunk))
    socket.on('error', () => socket.destroy()) // a reset is an end like any other
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        for (const { reject } of this.#waiting.values()) reject(new Error('the connection was closed'))
        resolve()
      })
    })
  }

  static async connect(bootstrap: string): Promise<WireClient> {
    const at = bootstrap.lastIndexOf(':')
    const socket = connect({ host: bootstrap.slice(0, at), port: Number(bootstrap.slice(at + 1)), noDelay: true })
    await once(socket, 'connect')
    return new WireClient(socket)
  }

  /** Sends a request and waits for its answer. */
  async ask<Q extends Fields, R extends Fields>(
    api: Api<Q, R>,
    version: number,
    body: Encodable<Q>,
  ): Promise<Decoded<R>> {
    const payload = await this.exchange(this.frame(api, version, body), this.#correlationId)
    return decodeResponsePayload(api, version, payload)
  }

  /** A request as bytes, with the next correlation id. */
  frame<Q extends Fields, R extends Fields>(api: Api<Q, R>, version: number, body: Encodable<Q>): Buffer {
    this.#correlationId += 1
    return Buffer.concat(encodeRequestFrame(api, version, this.#correlationId, 'wire', body))
  }

  /** Sends bytes and waits for the answer with a correlation id. */
  exchange(bytes: Buffer, correlationId: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) return reject(new Error('the connection was closed'))
      this.#waiting.set(correlationId, { resolve, reject })
      this.#socket.write(bytes)
    })
  }

  /** Sends bytes and waits for nothing. */
  write(bytes: Uint8Array): void {
    this.#socket.write(bytes)
  }

  /** Says that nothing more will be sent, and goes on reading. */
  end(): void {
    this.#socket.end()
  }

  close(): Promise<void> {
    this.#socket.destroy()
    return this.closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #received(chunk: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk])
    while (this.#bytes.length >= sizeBytes) {
      const end = sizeBytes + this.#bytes.readInt32BE()
      if (this.#bytes.length < end) return
      // The answer to a token without a header has none either, and may be empty.
      const id = end < sizeBytes + correlationBytes ? -1 : this.#bytes.readInt32BE(sizeBytes)
      this.#waiting.get(id)?.resolve(this.#bytes.subarray(sizeBytes + correlationBytes, end))
      this.#waiting.delete(id)
      this.#bytes = this.#bytes.subarray(end)
    }
  }
}
