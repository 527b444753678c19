import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { SecureContextOptions, TlsOptions } from 'node:tls'
import type { Application, Request, Response } from 'express'
import { ConnectError } from '../../api/index.ts'
import type { Listener } from './listeners.ts'

/** How long running requests may take to end when the server stops. */
const gracefulStopMs = 60_000

/** The bound sockets of a worker. */
export class RestServer {
  readonly #servers: Server[] = []
  #app: Application

  constructor(startingApp: Application) {
    this.#app = startingApp
  }

  /** Binds a listener; gives the port, which differs from the wanted one when that is 0. */
  async listen(listener: Listener, tls: TlsServerOptions | null, app?: () => Application): Promise<number> {
    const handler = (request: IncomingMessage, response: ServerResponse): void => {
      const serve = app?.() ?? this.#app
      serve(request as Request, response as Response)
    }
    const server: Server = listener.protocol === 'https' ? createTlsServer(tls ?? {}, handler) : createServer(handler)
    server.listen({ port: listener.port, ...(listener.host === null ? {} : { host: listener.host }) })
    try {
      await once(server, 'listening')
    } catch (error) {
      throw bindError(listener, error as NodeJS.ErrnoException)
    }
    this.#servers.push(server)
    return (server.address() as AddressInfo).port
  }

  /** Swaps what is served, from "starting" to the whole API. */
  serve(app: Application): void {
    this.#app = app
  }

  async close(graceMs: number = gracefulStopMs): Promise<void> {
    await Promise.all(
      this.#servers.map(async (server) => {
        const closed = once(server, 'close')
        server.close()
        server.closeIdleConnections()
        // oxlint-disable-next-line no-restricted-globals -- the process ends: sockets, not tests, are waited for
        const force = setTimeout(() => server.closeAllConnections(), graceMs)
        await closed
        clearTimeout(force)
      }),
    )
  }
}

export type TlsServerOptions = SecureContextOptions & TlsOptions

function bindError(listener: Listener, cause: NodeJS.ErrnoException): ConnectError {
  const where = `${listener.host ?? '*'}:${listener.port}`
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `the port ${listener.port} is already taken by another process`,
    EACCES: `the port ${listener.port} needs more rights than this process has`,
    EADDRNOTAVAIL: `${listener.host ?? ''} is not an address of this machine`,
  }
  return new ConnectError(
    'REST_LISTEN_FAILED',
    `Cannot listen on ${where}: ${reasons[cause.code ?? ''] ?? cause.message}`,
    {
      remedy: 'Change "listeners" in the worker file, or end the process that holds the port.',
      cause,
    },
  )
}
