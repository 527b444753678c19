import type { Application, Request } from 'express'
import type { TaskId } from '../../core/task-id.ts'
import { HerderError } from '../../herder/errors.ts'
import { type RestContext, timed } from '../context.ts'
import { completeOrForward } from '../forwarding.ts'
import { internalSignature } from '../internal-signature.ts'
import { param, route, sendEmpty, sendJson } from '../routing.ts'

/** Tasks, and the two requests that workers send each other. */
export function tasksResource(app: Application, context: RestContext): void {
  const { herder } = context
  route(app, '/connectors/:connector/tasks', {
    get: async (request, response) => {
      sendJson(response, 200, await timed(context, herder.taskConfigs(param(request, 'connector'))))
    },
    post: (request, response) =>
      completeOrForward(request, response, context.forwarder, async () => {
        await timed(context, herder.putTaskConfigs(param(request, 'connector'), internalSignature(request)))
        sendEmpty(response, 204)
      }),
  })
  route(app, '/connectors/:connector/fence', {
    put: (request, response) =>
      completeOrForward(request, response, context.forwarder, async () => {
        await timed(context, herder.fenceZombies(param(request, 'connector'), internalSignature(request)))
        sendEmpty(response, 204)
      }),
  })
  route(app, '/connectors/:connector/tasks/:task/status', {
    get: (request, response) => sendJson(response, 200, herder.taskStatus(taskId(request))),
  })
  route(app, '/connectors/:connector/tasks/:task/restart', {
    post: (request, response) =>
      completeOrForward(request, response, context.forwarder, async () => {
        await timed(context, herder.restartTask(taskId(request)))
        sendEmpty(response, 204)
      }),
  })
}

function taskId(request: Request): TaskId {
  const text = param(request, 'task')
  if (!/^-?\d{1,9}$/.test(text)) throw new HerderError(404, 'HTTP 404 Not Found')
  return { connector: param(request, 'connector'), task: Number(text) }
}
