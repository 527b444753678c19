import type { Request } from 'express'
import { isFloat64, isPlainObject } from '../../api/index.ts'
import { parseJson } from '../../compat/json-read.ts'
import { schemalessToJson } from '../../compat/json-write.ts'
import { badRequest } from '../herder/errors.ts'

/** The largest request body that is read; Connect has no limit, a worker that must not fall over has. */
export const bodyBytesMax = 16 * 1024 * 1024

/** The JSON document of a request, as schemaless Connect data: numbers are exact. */
export function jsonBody(request: Request): unknown {
  const bytes: unknown = request.body
  if (!(bytes instanceof Uint8Array) || bytes.length === 0)
    throw badRequest('The request has no body; a JSON document is expected')
  try {
    return parseBody(bytes)
  } catch (error) {
    throw badRequest(`The request body is not valid JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** @throws for text that is no JSON */
export function parseBody(bytes: Uint8Array): unknown {
  const value = parseJson(bytes)
  if (value === undefined) throw badRequest('The request has no body; a JSON document is expected')
  return value
}

export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return isPlainObject(value)
}

/** A config value as text: numbers and booleans are accepted and turned into theirs; undefined for objects and arrays. */
export function scalarText(value: unknown): string | null | undefined {
  if (value === null || value === undefined) return null
  if (typeof value === 'string') return value
  const scalar =
    typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint' || isFloat64(value)
  return scalar ? schemalessToJson(value) : undefined
}

/** Schemaless Connect data as compact JSON. */
export function writeJson(value: unknown): string {
  return schemalessToJson(value)
}
