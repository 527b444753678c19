import type { Request } from 'express'
import { parseJson } from '../../compat/json-read.ts'
import { schemalessToJson } from '../../compat/json-write.ts'
import { parseConfigJson } from '../config/config-json.ts'
import { badRequest } from '../herder/errors.ts'

/** The largest request body that is read; Connect has no limit, a worker that must not fall over has. */
export const bodyBytesMax = 16 * 1024 * 1024

/** The JSON document of a request, as schemaless Connect data. */
export function jsonBody(request: Request): unknown {
  return readBody(request, parseJson)
}

/** The same for documents that hold configs, see {@link parseConfigJson}. */
export function configBody(request: Request): unknown {
  return readBody(request, parseConfigJson)
}

function readBody(request: Request, parse: (bytes: Uint8Array) => unknown): unknown {
  const bytes: unknown = request.body
  const value = bytes instanceof Uint8Array ? parsed(bytes, parse) : undefined
  if (value === undefined) throw badRequest('The request has no body; a JSON document is expected')
  return value
}

function parsed(bytes: Uint8Array, parse: (bytes: Uint8Array) => unknown): unknown {
  try {
    return parse(bytes)
  } catch (error) {
    throw badRequest(`The request body is not valid JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** Schemaless Connect data as compact JSON. */
export function writeJson(value: unknown): string {
  return schemalessToJson(value)
}
