import type { Socket } from 'node:net'
import { apiVersions } from '../../runtime/kafka/protocol/api-versions.ts'
import { codeOf } from '../../runtime/kafka/protocol/error-codes.ts'
import { hasFlexibleResponseHeader, skipTags } from '../../runtime/kafka/protocol/frame.ts'
import { Reader, WireFormatError, Writer } from '../../runtime/kafka/protocol/wire.ts'
import { offered } from '../apis/api-versions.ts'
import type { AnyHandler, Call } from '../apis/handler.ts'
import type { Faults } from '../faults/faults.ts'
import { ConnectionCut, faultyAnswer } from '../faults/faulty-answer.ts'
import { Authentication } from '../sasl/authentication.ts'
import type { SaslOptions } from '../sasl/mechanism.ts'
import type { BrokerState } from '../state/broker-state.ts'
import { Frames } from './frames.ts'
import { readHeader, type RequestHeader } from './request.ts'

/** Of requests that wait to be answered; with more the connection is not read until some are. */
const waitingBytesMax = 8 * 1024 * 1024

export interface ConnectionOptions {
  readonly state: BrokerState
  readonly handlers: ReadonlyMap<number, AnyHandler>
  /** Null: nobody has to say who they are. */
  readonly sasl: SaslOptions | null
  readonly faults: Faults
  /** Something that is no fault of the client. */
  readonly onError: (error: unknown) => void
}

/**
 * One client: its requests are answered one after the other, in order. A request that cannot be read ends the
 * connection, and only that.
 */
export class Connection {
  readonly #socket: Socket
  readonly #options: ConnectionOptions
  readonly #frames = new Frames()
  readonly #closed = new AbortController()
  readonly #authentication: Authentication
  #tail: Promise<void> = Promise.resolve()
  #waitingBytes = 0

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket
    this.#options = options
    this.#authentication = new Authentication(options.sasl)
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => this.#received(chunk))
    socket.on('error', () => socket.destroy()) // a client that is gone: its end is all there is to it
    socket.on('close', () => this.#closed.abort())
  }

  close(): void {
    this.#socket.destroy()
  }

  #received(chunk: Buffer): void {
    let frames: Buffer[]
    try {
      frames = this.#frames.add(chunk)
    } catch {
      return this.close() // not Kafka's protocol
    }
    for (const frame of frames) {
      this.#waitingBytes += frame.length
      this.#tail = this.#tail.then(() => this.#answer(frame)).then(() => this.#answered(frame))
    }
    if (this.#waitingBytes > waitingBytesMax) this.#socket.pause()
  }

  /** A client that sends faster than it is answered waits: what it sends is not piled up. */
  #answered(frame: Buffer): void {
    this.#waitingBytes -= frame.length
    if (this.#waitingBytes <= waitingBytesMax && this.#socket.isPaused()) this.#socket.resume()
  }

  async #answer(frame: Buffer): Promise<void> {
    if (this.#closed.signal.aborted || this.#authentication.isRefused) return
    try {
      const chunks = await this.#respond(frame)
      if (chunks !== null) await this.#send(chunks)
      if (this.#authentication.isRefused) this.#socket.end()
    } catch (error) {
      if (!(error instanceof WireFormatError || error instanceof ConnectionCut)) this.#options.onError(error)
      this.close()
    }
  }

  async #respond(frame: Buffer): Promise<Uint8Array[] | null> {
    if (this.#authentication.takesBareToken) return this.#bareToken(frame)
    const reader = new Reader(frame)
    const header = readHeader(reader)
    const handler = this.#options.handlers.get(header.apiKey)
    if (handler === undefined) throw new WireFormatError(`API ${header.apiKey} is not answered`)
    const authentication = this.#authentication
    if (!authentication.admits(header.apiKey)) throw new WireFormatError(`API ${header.apiKey} before authentication`)
    const { api, versions } = handler
    if (header.version < versions[0] || header.version > versions[1]) return this.#unsupported(header)
    if (api.isFlexible(header.version)) skipTags(reader)
    const body = api.decodeRequest(reader, header.version)
    const { version, clientId } = header
    const call = {
      version,
      clientId,
      host: this.#socket.remoteAddress ?? '',
      closed: this.#closed.signal,
      authentication,
    }
    const answer = await this.#carryOut(handler, body, call)
    if (answer === null) return null
    const writer = begun(header, hasFlexibleResponseHeader(api, version))
    api.encodeResponse(writer, version, answer as never)
    return finished(writer)
  }

  /** Who is refused here is told nothing. */
  #bareToken(token: Buffer): Uint8Array[] | null {
    const { error, answer } = this.#authentication.step(token)
    if (error !== null) throw new WireFormatError(error)
    const size = Buffer.alloc(4)
    size.writeInt32BE(answer.length)
    return [size, answer]
  }

  #carryOut(handler: AnyHandler, body: unknown, call: Call): unknown {
    const { state, faults } = this.#options
    const effect = faults.strike({ api: handler.api.name, clientId: call.clientId, body })
    return effect === null
      ? handler.handle(state, body as never, call)
      : faultyAnswer(effect, state, handler, body, call)
  }

  /** A client that asks for versions in one that is not known is told in the first one which there are. */
  #unsupported(header: RequestHeader): Uint8Array[] {
    if (header.apiKey !== apiVersions.key) throw new WireFormatError(`version ${header.version} is not answered`)
    this.#authentication.unversioned()
    const writer = begun(header, false)
    const errorCode = codeOf('UNSUPPORTED_VERSION')
    apiVersions.encodeResponse(writer, 0, { errorCode, apiKeys: offered([...this.#options.handlers.values()]) })
    return finished(writer)
  }

  /** Waits until the client has taken it: what it does not read is not piled up. */
  async #send(chunks: readonly Uint8Array[]): Promise<void> {
    this.#socket.cork()
    let room = true
    for (const chunk of chunks) room = this.#socket.write(chunk)
    this.#socket.uncork()
    if (room || this.#closed.signal.aborted) return
    await this.#drained()
  }

  #drained(): Promise<void> {
    const socket = this.#socket
    return new Promise((resolve) => {
      const done = (): void => {
        socket.off('drain', done).off('close', done)
        resolve()
      }
      socket.on('drain', done).on('close', done)
    })
  }
}

function begun({ correlationId }: RequestHeader, flexible: boolean): Writer {
  const writer = new Writer()
  writer.int32(0)
  writer.int32(correlationId)
  if (flexible) writer.uvarint(0)
  return writer
}

function finished(writer: Writer): Uint8Array[] {
  const size = writer.length - 4
  const chunks = writer.finish()
  ;(chunks[0] as Buffer).writeInt32BE(size)
  return chunks
}
