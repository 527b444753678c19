import type { Application, Request } from 'express'
import { badRequest, notFound } from '../../herder/errors.ts'
import { isJsonObject } from '../../config/config-json.ts'
import { jsonBody } from '../body.ts'
import { type LoggerLevel, type RestContext, timed } from '../context.ts'
import { param, query, route, sendEmpty, sendJson } from '../routing.ts'

/** `/admin/loggers` (KIP-495, KIP-976). */
export function loggersResource(app: Application, context: RestContext): void {
  const { loggers, herder } = context
  route(app, '/admin/loggers', {
    get: (_request, response) => {
      const sorted = loggers.all().toSorted((a, b) => (a.name < b.name ? -1 : 1))
      sendJson(response, 200, Object.fromEntries(sorted.map((logger) => [logger.name, levelInfo(logger)])))
    },
  })
  route(app, '/admin/loggers/:logger', {
    get: (request, response) => {
      const name = param(request, 'logger')
      const logger = loggers.get(name)
      if (logger === undefined) throw notFound(`Logger ${name} not found.`)
      sendJson(response, 200, levelInfo(logger))
    },
    put: async (request, response) => {
      const name = param(request, 'logger')
      const wanted = wantedLevel(request)
      const level = wanted.toUpperCase()
      // Yes, not found: tools know it as the answer to a bad level.
      if (!loggers.isLevel(level)) throw notFound(`invalid log level '${wanted}'.`)
      if (query(request, 'scope')?.toLowerCase() === 'cluster') {
        await timed(context, herder.setClusterLoggerLevel(name, level))
        sendEmpty(response, 204)
      } else {
        sendJson(response, 200, loggers.set(name, level).toSorted())
      }
    },
  })
}

function levelInfo(logger: LoggerLevel): { level: string; last_modified: number | null } {
  return { level: logger.level, last_modified: logger.lastModified }
}

function wantedLevel(request: Request): string {
  const body = jsonBody(request)
  const level = isJsonObject(body) ? body['level'] : undefined
  if (typeof level !== 'string') throw badRequest("Desired 'level' parameter was not specified in request.")
  return level
}
