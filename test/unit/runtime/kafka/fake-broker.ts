import { once } from 'node:events'
import net from 'node:net'
import type { Address } from '../../../../runtime/kafka/address.ts'
import { apiVersions } from '../../../../runtime/kafka/protocol/api-versions.ts'
import { Writer } from '../../../../runtime/kafka/protocol/wire.ts'

/** A request as far as its header tells; the body is the test's to read. */
export interface SeenRequest {
  readonly apiKey: number
  readonly apiVersion: number
  readonly correlationId: number
}

/** Bytes of the answer after the correlation id; null to say nothing, `hang up` to close. */
export type Answer = Buffer | null | 'hang up'

/** A TCP server that answers Kafka requests as a test tells it to. */
export class FakeBroker implements AsyncDisposable {
  readonly seen: SeenRequest[] = []
  readonly #server: net.Server
  readonly #sockets = new Set<net.Socket>()
  readonly #answer: (request: SeenRequest) => Answer

  constructor(answer: (request: SeenRequest) => Answer) {
    this.#answer = answer
    this.#server = net.createServer((socket) => this.#serve(socket))
  }

  static async start(answer: (request: SeenRequest) => Answer): Promise<FakeBroker> {
    const broker = new FakeBroker(answer)
    broker.#server.listen(0, '127.0.0.1')
    await once(broker.#server, 'listening')
    return broker
  }

  get address(): Address {
    return { host: '127.0.0.1', port: (this.#server.address() as net.AddressInfo).port }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #serve(socket: net.Socket): void {
    this.#sockets.add(socket)
    let pending = Buffer.alloc(0)
    socket.on('error', () => socket.destroy())
    socket.on('data', (data) => {
      pending = Buffer.concat([pending, data])
      while (pending.length >= 4 && pending.length >= 4 + pending.readInt32BE(0)) {
        const frame = pending.subarray(4, 4 + pending.readInt32BE(0))
        pending = pending.subarray(4 + frame.length)
        this.#reply(socket, frame)
      }
    })
  }

  #reply(socket: net.Socket, frame: Buffer): void {
    const request = {
      apiKey: frame.readInt16BE(0),
      apiVersion: frame.readInt16BE(2),
      correlationId: frame.readInt32BE(4),
    }
    this.seen.push(request)
    const answer = this.#answer(request)
    if (answer === 'hang up') socket.end()
    if (answer === null || answer === 'hang up') return
    const head = Buffer.alloc(8)
    head.writeInt32BE(4 + answer.length)
    head.writeInt32BE(request.correlationId, 4)
    socket.write(Buffer.concat([head, answer]))
  }
}

/** The answer to ApiVersions: keys with the highest version of each. */
export function versionsAnswer(version: number, highest: Readonly<Record<number, number>>, errorCode = 0): Buffer {
  const writer = new Writer()
  const apiKeys = Object.entries(highest).map(([key, max]) => ({ apiKey: Number(key), minVersion: 0, maxVersion: max }))
  apiVersions.encodeResponse(writer, version, { errorCode, apiKeys, throttleTimeMs: 0 })
  return writer.toBuffer()
}
