import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { SecureContextOptions } from 'node:tls'
import { type ForwardedAnswer, type ForwardedRequest, type Forwarder, requestTimeoutMs } from './forwarder.ts'

/**
 * Sends requests to other workers; redirects are not followed, and each connection serves one request.
 * @param tls for workers that serve https; asked for with the first request to one
 */
export function forwardingClient(tls: () => Promise<SecureContextOptions | null>): Forwarder {
  let loaded: Promise<SecureContextOptions | null> | null = null
  return async (target, request) => {
    const url = new URL(request.path.replace(/^\//, ''), target.endsWith('/') ? target : `${target}/`)
    return await send(url, request, url.protocol === 'https:' ? await (loaded ??= tls()) : null)
  }
}

function send(url: URL, request: ForwardedRequest, tls: SecureContextOptions | null): Promise<ForwardedAnswer> {
  return new Promise<ForwardedAnswer>((resolve, reject) => {
    const options = {
      method: request.method,
      headers: headersOf(request),
      agent: false,
      // oxlint-disable-next-line no-restricted-properties -- a socket takes a signal, not a Clock
      signal: AbortSignal.timeout(requestTimeoutMs),
    } as const
    const outgoing = url.protocol === 'https:' ? httpsRequest(url, { ...options, ...tls }) : httpRequest(url, options)
    outgoing.on('error', reject)
    outgoing.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const { statusCode = 500, headers } = response
        resolve({ status: statusCode, body: Buffer.concat(chunks), location: headers.location ?? null })
      })
    })
    outgoing.end(request.body ?? undefined)
  })
}

function headersOf(request: ForwardedRequest): Record<string, string> {
  return { ...request.headers, 'Content-Length': String(request.body?.length ?? 0) }
}
