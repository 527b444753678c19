import type { Application } from 'express'
import { type RestContext, timed } from '../context.ts'
import { writeJson } from '../body.ts'
import { completeOrForward } from '../forwarding.ts'
import { offsetsRequest } from '../requests.ts'
import { param, route, sendJson } from '../routing.ts'

/** `/connectors/{name}/offsets` (KIP-875). */
export function offsetsResource(app: Application, context: RestContext): void {
  const { herder } = context
  route(app, '/connectors/:connector/offsets', {
    get: async (request, response) => {
      const offsets = await timed(context, herder.offsets(param(request, 'connector')))
      response.status(200)
      response.setHeader('Content-Type', 'application/json')
      response.end(writeJson({ offsets }))
    },
    patch: (request, response) =>
      completeOrForward(request, response, context.forwarder, async () => {
        const offsets = offsetsRequest(request)
        const message = await timed(context, herder.alterOffsets(param(request, 'connector'), offsets))
        sendJson(response, 200, { message })
      }),
    delete: (request, response) =>
      completeOrForward(request, response, context.forwarder, async () => {
        const message = await timed(context, herder.alterOffsets(param(request, 'connector'), null))
        sendJson(response, 200, { message })
      }),
  })
}
