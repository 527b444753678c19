import type { Application, Request, Response } from 'express'
import { HerderError } from '../../herder/errors.ts'
import type { ConnectorStateInfo, Herder } from '../../herder/herder.ts'
import { type RestContext, timed } from '../context.ts'
import { completeOrForward } from '../forwarding.ts'
import { configName, createRequest, rawConfig } from '../requests.ts'
import { flag, param, queryAll, route, sendEmpty, sendJson } from '../routing.ts'

/** `/connectors` and what lies below it, save tasks, offsets and topics. */
export function connectorsResource(app: Application, context: RestContext): void {
  const { herder } = context
  const forwarding = (request: Request, response: Response, work: () => Promise<void>): Promise<void> =>
    completeOrForward(request, response, context.forwarder, work)

  route(app, '/connectors', {
    get: (request, response) => sendJson(response, 200, listing(herder, queryAll(request, 'expand'))),
    post: (request, response) =>
      forwarding(request, response, async () => {
        const { name, config, initialState } = createRequest(request)
        const info = await timed(context, herder.createConnector(name, config, initialState))
        created(request, response, info)
      }),
  })

  route(app, '/connectors/:connector', {
    get: async (request, response) => {
      sendJson(response, 200, await timed(context, herder.connectorInfo(param(request, 'connector'))))
    },
    delete: (request, response) =>
      forwarding(request, response, async () => {
        await timed(context, herder.deleteConnector(param(request, 'connector')))
        sendEmpty(response, 204)
      }),
  })

  route(app, '/connectors/:connector/config', {
    get: async (request, response) => {
      const info = await timed(context, herder.connectorInfo(param(request, 'connector')))
      sendJson(response, 200, info.config)
    },
    put: (request, response) =>
      forwarding(request, response, async () => {
        const name = param(request, 'connector')
        const config = configName(name, rawConfig(request))
        const result = await timed(context, herder.putConnectorConfig(name, config))
        if (result.created) created(request, response, result.info)
        else sendJson(response, 200, result.info)
      }),
    patch: (request, response) =>
      forwarding(request, response, async () => {
        const name = param(request, 'connector')
        const patch = rawConfig(request)
        const named = 'name' in patch ? configName(name, patch) : patch
        sendJson(response, 200, await timed(context, herder.patchConnectorConfig(name, named)))
      }),
  })

  route(app, '/connectors/:connector/status', {
    get: (request, response) => sendJson(response, 200, herder.connectorStatus(param(request, 'connector'))),
  })
  route(app, '/connectors/:connector/pause', {
    put: async (request, response) => {
      await timed(context, herder.setTargetState(param(request, 'connector'), 'PAUSED'))
      sendEmpty(response, 202)
    },
  })
  route(app, '/connectors/:connector/resume', {
    put: async (request, response) => {
      await timed(context, herder.setTargetState(param(request, 'connector'), 'STARTED'))
      sendEmpty(response, 202)
    },
  })
  route(app, '/connectors/:connector/stop', {
    put: (request, response) =>
      forwarding(request, response, async () => {
        await timed(context, herder.stopConnector(param(request, 'connector')))
        sendEmpty(response, 204)
      }),
  })
  route(app, '/connectors/:connector/restart', {
    post: (request, response) => forwarding(request, response, () => restart(context, request, response)),
  })
}

async function restart(context: RestContext, request: Request, response: Response): Promise<void> {
  const connector = param(request, 'connector')
  const includeTasks = flag(request, 'includeTasks')
  const onlyFailed = flag(request, 'onlyFailed')
  if (!includeTasks && !onlyFailed) {
    await timed(context, context.herder.restartConnector(connector))
    sendEmpty(response, 204)
    return
  }
  const plan = { connector, includeTasks, onlyFailed }
  sendJson(response, 202, await timed(context, context.herder.restartConnectorAndTasks(plan)))
}

function created(request: Request, response: Response, info: { readonly name: string }): void {
  // As Java's URI builder has it: "/" stays, everything else that a path cannot hold is percent-encoded.
  const name = encodeURIComponent(info.name).replaceAll('%2F', '/')
  response.setHeader('Location', `${request.protocol}://${request.get('host') ?? 'localhost'}/connectors/${name}`)
  sendJson(response, 201, info)
}

/** `GET /connectors` with `expand` (KIP-465); unknown expansions are passed over, as the original does. */
function listing(herder: Herder, expand: readonly string[]): unknown {
  const names = herder.connectors()
  if (expand.length === 0) return names
  const entries = names.flatMap((name) => {
    const status = expand.includes('status') ? statusNow(herder, name) : null
    const info = expand.includes('info') ? herder.connectorInfoNow(name) : null
    if (status === undefined || info === undefined) return []
    return [[name, { ...(status === null ? {} : { status }), ...(info === null ? {} : { info }) }] as const]
  })
  return Object.fromEntries(entries)
}

function statusNow(herder: Herder, name: string): ConnectorStateInfo | undefined {
  try {
    return herder.connectorStatus(name)
  } catch (error) {
    // No status was written yet: such a connector is left out of an expanded listing.
    if (error instanceof HerderError && error.status === 404) return undefined
    throw error
  }
}
