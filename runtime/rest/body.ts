import type { Request } from 'express'
import { isPlainObject } from '../../api/index.ts'
import { decodeJson, parseJson, parseJsonText } from '../../compat/json-read.ts'
import type { JsonNumbers } from '../../compat/json-reader.ts'
import { scanJson } from '../../compat/json-scan.ts'
import { schemalessToJson } from '../../compat/json-write.ts'
import { badRequest } from '../herder/errors.ts'

/** The largest request body that is read; Connect has no limit, a worker that must not fall over has. */
export const bodyBytesMax = 16 * 1024 * 1024

/** A number of a JSON document, as it was written. */
class NumberText {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

const numbersAsWritten: JsonNumbers = {
  integer: (text) => new NumberText(text),
  fraction: (text) => new NumberText(text),
}

/** The JSON document of a request, as schemaless Connect data. */
export function jsonBody(request: Request): unknown {
  return readBody(request, parseJson)
}

/** The same for documents that hold configs, see {@link parseConfigJson}. */
export function configBody(request: Request): unknown {
  return readBody(request, parseConfigJson)
}

/**
 * JSON that holds configs: its numbers are only for {@link scalarText}, which gives them back as they were written.
 * Undefined when there is nothing but blanks. @throws `DATA_INVALID` for text that is no JSON
 */
export function parseConfigJson(bytes: Uint8Array): unknown {
  return parseJsonText(decodeJson(bytes, scanJson(bytes)), numbersAsWritten)
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

export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return isPlainObject(value)
}

/** A config value of `configBody` as text: numbers and booleans are accepted, as theirs; undefined for objects and arrays. */
export function scalarText(value: unknown): string | null | undefined {
  if (value === null || value === undefined) return null
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return String(value)
  return value instanceof NumberText ? value.text : undefined
}

/** Schemaless Connect data as compact JSON. */
export function writeJson(value: unknown): string {
  return schemalessToJson(value)
}
