import type { Request } from 'express'
import type { Props } from '../../api/index.ts'
import type { TargetState } from '../core/ids.ts'
import { parseInitialState } from '../core/initial-state.ts'
import { badRequest } from '../herder/errors.ts'
import type { ConnectorOffset } from '../core/answers.ts'
import { isJsonObject, scalarText } from '../config/config-json.ts'
import { configBody, jsonBody } from './body.ts'

export interface CreateRequest {
  readonly name: string
  readonly config: Props
  readonly initialState: TargetState | null
}

/** The body of `POST /connectors`: name, config and, since KIP-980, the state to begin in. */
export function createRequest(request: Request): CreateRequest {
  const body = configBody(request)
  if (!isJsonObject(body)) throw badRequest('A JSON object with the fields "name" and "config" is expected')
  refuseUnknown(body, ['name', 'config', 'initial_state'])
  const given = body['name'] ?? ''
  if (typeof given !== 'string') throw badRequest('The field "name" must be a string')
  if (!isJsonObject(body['config']))
    throw badRequest('The field "config" is missing; an object with the connector\'s configuration is expected')
  // Java's String.trim: everything up to and including the blank.
  // oxlint-disable-next-line no-control-regex
  const name = given.replace(/^[\u0000-\u0020]+|[\u0000-\u0020]+$/g, '')
  return {
    name,
    config: configName(name, toProps(body['config'])),
    initialState: initialState(body['initial_state']),
  }
}

/** The flat config map of a PUT or PATCH. */
export function rawConfig(request: Request): Props {
  const body = configBody(request)
  if (!isJsonObject(body))
    throw badRequest('A JSON object is expected: the connector configuration, not wrapped in "config"')
  return toProps(body)
}

/** Adds the connector's name to its config; one that differs from the URL is refused. */
export function configName(name: string, config: Props): Props {
  const own = config['name']
  if (own === undefined) return { ...config, name }
  if (own === name) return config
  throw badRequest(`Connector name configuration (${own}) doesn't match connector name in the URL (${name})`)
}

/** The body of `PATCH /connectors/{name}/offsets`. */
export function offsetsRequest(request: Request): readonly ConnectorOffset[] {
  const body = jsonBody(request)
  if (isJsonObject(body)) refuseUnknown(body, ['offsets'])
  const offsets = isJsonObject(body) ? body['offsets'] : undefined
  if (!Array.isArray(offsets) || offsets.length === 0) {
    throw badRequest('Partitions / offsets need to be provided for an alter offsets request')
  }
  return offsets.map((entry: unknown) => {
    if (!isJsonObject(entry))
      throw badRequest('Each element of "offsets" must be an object with "partition" and "offset"')
    refuseUnknown(entry, ['partition', 'offset'])
    return { partition: entry['partition'] ?? null, offset: entry['offset'] ?? null }
  })
}

/** A config as it arrived, its scalars as text. @throws 400 for a value that is none */
export function toProps(object: Readonly<Record<string, unknown>>): Props {
  const config: Record<string, string | null> = {}
  for (const [key, value] of Object.entries(object)) {
    const text = scalarText(value)
    if (text === undefined)
      throw badRequest(
        `The value of "${key}" must be a string; it is ${Array.isArray(value) ? 'an array' : 'an object'}`,
      )
    Object.defineProperty(config, key, { value: text, enumerable: true, configurable: true, writable: true })
  }
  return config
}

function refuseUnknown(object: Readonly<Record<string, unknown>>, fields: readonly string[]): void {
  const unknown = Object.keys(object).find((key) => !fields.includes(key))
  if (unknown !== undefined) throw badRequest(`Unrecognized field "${unknown}", not one of: ${fields.join(', ')}`)
}

function initialState(value: unknown): TargetState | null {
  if (value === undefined || value === null) return null
  const state = typeof value === 'string' ? parseInitialState(value) : undefined
  if (state === undefined) throw badRequest('The field "initial_state" must be one of RUNNING, PAUSED, STOPPED')
  return state
}
