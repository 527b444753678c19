import type { Application } from 'express'
import type { RestContext } from '../context.ts'
import { healthTimeoutMs } from '../deadline.ts'
import { route, sendJson } from '../routing.ts'

/** `/` and `/health` (KIP-1017). */
export function rootResource(app: Application, context: RestContext): void {
  const { herder, clock } = context
  route(app, '/', {
    get: (_request, response) => sendJson(response, 200, herder.serverInfo()),
  })
  route(app, '/health', {
    get: async (_request, response) => {
      const timer = clock.after(herder.isReady() ? healthTimeoutMs : 0)
      const answered = herder.isReady()
        ? await Promise.race([herder.ping().then(() => true), timer.elapsed.then(() => false)])
        : false
      timer.cancel()
      if (answered) {
        const message = 'Worker has completed startup and is ready to handle requests.'
        sendJson(response, 200, { status: 'healthy', message })
      } else if (herder.isReady()) {
        const message = 'Worker was unable to handle this request and may be unable to handle other requests.'
        sendJson(response, 500, { status: 'unhealthy', message: `${message} ${herder.stage()}` })
      } else {
        sendJson(response, 503, { status: 'starting', message: `Worker is still starting up. ${herder.stage()}` })
      }
    },
  })
}
