import type { Application } from 'express'
import { HerderError } from '../../herder/errors.ts'
import { type RestContext, timed } from '../context.ts'
import { param, route, sendEmpty, sendJson } from '../routing.ts'

/** `/connectors/{name}/topics` (KIP-475): 200 also for a connector that nobody knows, as the original answers. */
export function topicsResource(app: Application, context: RestContext): void {
  const { herder, topicTracking } = context
  route(app, '/connectors/:connector/topics', {
    get: (request, response) => {
      if (!topicTracking.enabled) throw new HerderError(403, 'Topic tracking is disabled.')
      const name = param(request, 'connector')
      sendJson(response, 200, { [name]: { topics: herder.activeTopics(name) } })
    },
  })
  route(app, '/connectors/:connector/topics/reset', {
    put: async (request, response) => {
      if (!topicTracking.enabled) throw new HerderError(403, 'Topic tracking is disabled.')
      if (!topicTracking.allowReset) throw new HerderError(403, 'Topic tracking reset is disabled.')
      await timed(context, herder.resetActiveTopics(param(request, 'connector')))
      sendEmpty(response, 202)
    },
  })
}
