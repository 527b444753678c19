import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'

interface Stored {
  readonly id: number
  readonly schema: string
  readonly schemaType: string
  readonly references: unknown
}

export interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: Record<string, unknown> | null
}

/** Answers a request in place of the registry: status and body, or null to let the registry answer. */
export type Intercept = (request: SeenRequest) => { status: number; body: unknown } | 'hang' | 'cut' | null

/** The part of Confluent's registry that converters need, in memory, on a free port. */
export class FakeRegistry {
  readonly requests: SeenRequest[] = []
  intercept: Intercept = () => null
  readonly #server: Server
  readonly #scheme: string
  readonly #schemas: Stored[] = []
  readonly #subjects = new Map<string, number[]>()

  private constructor(tls: ServerOptions | null) {
    const listener: RequestListener = (request, response) => void this.#answer(request, response)
    this.#server = tls === null ? createServer(listener) : createSecureServer(tls, listener)
    this.#scheme = tls === null ? 'http' : 'https'
  }

  static async start(tls: ServerOptions | null = null): Promise<FakeRegistry> {
    const registry = new FakeRegistry(tls)
    registry.#server.listen(0, '127.0.0.1')
    await once(registry.#server, 'listening')
    return registry
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Keeps a schema under a subject, as a producer would; answers its id. */
  add(subject: string, schema: string, schemaType = 'AVRO', references: unknown = []): number {
    let stored = this.#schemas.find((each) => each.schema === schema && each.schemaType === schemaType)
    if (stored === undefined) {
      stored = { id: this.#schemas.length + 1, schema, schemaType, references }
      this.#schemas.push(stored)
    }
    const ids = this.#subjects.get(subject) ?? []
    if (!ids.includes(stored.id)) ids.push(stored.id)
    this.#subjects.set(subject, ids)
    return stored.id
  }

  /** Text of the schema of that id. */
  schema(id: number): string | undefined {
    return this.#schemas.find((each) => each.id === id)?.schema
  }

  count(pattern: RegExp): number {
    return this.requests.filter(({ method, path }) => pattern.test(`${method} ${path}`)).length
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString()
    const seen: SeenRequest = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: text === '' ? null : (JSON.parse(text) as Record<string, unknown>),
    }
    this.requests.push(seen)
    const intercepted = this.intercept(seen)
    if (intercepted === 'hang') return
    if (intercepted === 'cut') {
      request.socket.destroy()
      return
    }
    const { status, body } = intercepted ?? this.#route(seen)
    response.writeHead(status, { 'content-type': 'application/vnd.schemaregistry.v1+json' })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }

  #route({ method, path, body }: SeenRequest): { status: number; body: unknown } {
    const parts = path.replace(/\?.*$/, '').split('/').slice(1).map(decodeURIComponent)
    const [first, second = '', third, fourth = ''] = parts
    if (first === 'schemas') return this.#byId(Number(third))
    if (first !== 'subjects') return { status: 404, body: { error_code: 404, message: 'HTTP 404 Not Found' } }
    const text = String(body?.['schema'])
    if (method === 'POST' && third === 'versions') {
      const type = body?.['schemaType']
      return {
        status: 200,
        body: { id: this.add(second, text, typeof type === 'string' ? type : 'AVRO', body?.['references']) },
      }
    }
    const ids = this.#subjects.get(second)
    if (ids === undefined)
      return { status: 404, body: { error_code: 40401, message: `Subject '${second}' not found.` } }
    if (method === 'POST') return this.#lookUp(second, ids, text)
    return this.#version(second, ids, fourth === 'latest' ? ids.length : Number(fourth))
  }

  #byId(id: number): { status: number; body: unknown } {
    const stored = this.#schemas.find((each) => each.id === id)
    if (stored === undefined) return { status: 404, body: { error_code: 40403, message: `Schema ${id} not found` } }
    const { schema, schemaType, references } = stored
    return { status: 200, body: schemaType === 'AVRO' ? { schema, references } : { schema, schemaType, references } }
  }

  #lookUp(subject: string, ids: readonly number[], text: string): { status: number; body: unknown } {
    const at = ids.findIndex((id) => this.schema(id) === text)
    if (at < 0) return { status: 404, body: { error_code: 40403, message: 'Schema not found' } }
    return { status: 200, body: { subject, id: ids[at], version: at + 1, schema: text } }
  }

  #version(subject: string, ids: readonly number[], version: number): { status: number; body: unknown } {
    const stored = this.#schemas.find((each) => each.id === ids[version - 1])
    if (stored === undefined)
      return { status: 404, body: { error_code: 40402, message: `Version ${version} not found.` } }
    return { status: 200, body: { subject, version, ...stored } }
  }
}
