import { type IncomingMessage, Agent as HttpAgent, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { setTimeout as delay } from 'node:timers/promises'
import type { RegistrySettings } from './config.ts'
import { authorization } from './credentials.ts'
import { loadTls } from './tls.ts'

export interface HttpRequest {
  readonly method: 'GET' | 'POST'
  /** Below the address of the registry, with its query. */
  readonly path: string
  readonly body: string | null
}

export interface HttpAnswer {
  readonly status: number
  readonly body: string
}

/** Far more than any schema needs. */
const ANSWER_BYTES_MAX = 32 * 1024 * 1024
const CONTENT_TYPE = 'application/vnd.schemaregistry.v1+json'

/** One address of the registry. */
export interface Endpoint {
  /** For messages: without user and password. */
  readonly name: string
  /** @throws whatever the connection fails with; only an answer, whatever it says, comes back */
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>
}

/** The addresses of a registry, sharing kept-alive connections. @throws `CONFIG_INVALID` */
export function makeEndpoints(settings: RegistrySettings): { readonly endpoints: readonly Endpoint[]; close(): void } {
  const isSecure = settings.urls.some((url) => url.protocol === 'https:')
  const http = new HttpAgent({ keepAlive: true, maxSockets: 8 })
  const https = isSecure ? new HttpsAgent({ keepAlive: true, maxSockets: 8, ...loadTls(settings.ssl) }) : null
  return {
    endpoints: settings.urls.map((url) => makeEndpoint(url, settings, url.protocol === 'https:' ? https : http)),
    close() {
      http.destroy()
      https?.destroy()
    },
  }
}

function makeEndpoint(url: URL, settings: RegistrySettings, agent: HttpAgent | HttpsAgent | null): Endpoint {
  const base = `${url.origin}${url.pathname.replace(/\/+$/, '')}`
  const credentials = authorization(settings.credentials, url)
  const headers = {
    ...settings.headers,
    accept: `${CONTENT_TYPE}, application/json`,
    ...(credentials === null ? {} : { authorization: credentials }),
  }
  const timeoutMs = settings.connectTimeoutMs + settings.readTimeoutMs
  return {
    name: base,
    async send({ method, path, body }, signal) {
      const ended = new AbortController()
      const late = delay(timeoutMs, undefined, { signal: AbortSignal.any([ended.signal, signal]), ref: false }).then(
        () => ended.abort(new Error(`no answer within ${timeoutMs} ms`)),
        () => undefined, // the answer came first
      )
      try {
        return await exchange(`${base}${path}`, body, {
          method,
          agent: agent ?? undefined,
          signal: AbortSignal.any([signal, ended.signal]),
          headers:
            body === null
              ? headers
              : { ...headers, 'content-type': CONTENT_TYPE, 'content-length': Buffer.byteLength(body) },
        })
      } catch (error) {
        throw ended.signal.aborted ? ended.signal.reason : error
      } finally {
        ended.abort()
        await late
      }
    },
  }
}

interface Exchange {
  readonly method: string
  readonly agent: HttpAgent | undefined
  readonly signal: AbortSignal
  readonly headers: Readonly<Record<string, string | number>>
}

function exchange(url: string, body: string | null, options: Exchange): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? httpsRequest : httpRequest
    const request = send(url, options, (response) => {
      readBody(response).then((text) => resolve({ status: response.statusCode ?? 0, body: text }), reject)
    })
    request.on('error', reject)
    request.end(body ?? undefined)
  })
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > ANSWER_BYTES_MAX) throw new Error(`an answer of more than ${ANSWER_BYTES_MAX} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
