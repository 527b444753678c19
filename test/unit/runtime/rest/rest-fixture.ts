import { type Clock, systemClock } from '../../../../runtime/platform/clock.ts'
import { type AppOptions, restApp } from '../../../../runtime/rest/app.ts'
import type { LoggerLevel, RestContext } from '../../../../runtime/rest/context.ts'
import type { ForwardedAnswer, ForwardedRequest } from '../../../../runtime/herder/forwarder.ts'
import { RestServer } from '../../../../runtime/rest/server.ts'
import type { Herder } from '../../../../runtime/herder/herder.ts'
import { RestClient } from '../../../support/rest-client.ts'

export interface FixtureOptions {
  readonly herder: Herder
  readonly clock?: Clock
  readonly app?: Partial<AppOptions>
  readonly topicTracking?: RestContext['topicTracking']
  /** What the other worker answers; null: it cannot be reached. */
  readonly other?: ForwardedAnswer | null
}

/** The REST app on a real socket. */
export class RestFixture implements AsyncDisposable {
  readonly client: RestClient
  readonly forwarded: { readonly target: string; readonly request: ForwardedRequest }[]
  readonly port: number
  readonly #server: RestServer

  private constructor(server: RestServer, port: number, forwarded: RestFixture['forwarded']) {
    this.#server = server
    this.port = port
    this.forwarded = forwarded
    this.client = new RestClient(`http://127.0.0.1:${port}`)
  }

  static async open(options: FixtureOptions): Promise<RestFixture> {
    const { herder, clock = systemClock, other = null } = options
    const forwarded: RestFixture['forwarded'] = []
    const context: RestContext = {
      herder,
      clock,
      forwarder: (target, request) => {
        forwarded.push({ target, request })
        return other === null ? Promise.reject(new Error('connect ECONNREFUSED')) : Promise.resolve(other)
      },
      topicTracking: options.topicTracking ?? { enabled: true, allowReset: true },
      metricsText: () => Promise.resolve('up 1\n'),
      loggers: loggers(),
    }
    const server = new RestServer(restApp({ context, cors: null, headers: [], admin: true, ...options.app }))
    const port = await server.listen({ protocol: 'http', host: '127.0.0.1', port: 0 }, null)
    return new RestFixture(server, port, forwarded)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.close(0)
  }
}

function loggers(): RestContext['loggers'] {
  const levels = new Map<string, LoggerLevel>([
    ['root', { name: 'root', level: 'INFO', lastModified: null }],
    ['org.b', { name: 'org.b', level: 'DEBUG', lastModified: 5 }],
  ])
  return {
    all: () => [...levels.values()],
    get: (name) => levels.get(name),
    set: (name) => [`${name}.child`, name],
    isLevel: (level) => ['DEBUG', 'INFO'].includes(level),
  }
}
