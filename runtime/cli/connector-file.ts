import { readFileSync } from 'node:fs'
import { basename, extname } from 'node:path'
import { ConnectError } from '../../api/index.ts'
import { parseProperties } from '../../compat/properties.ts'
import type { TargetState } from '../core/ids.ts'
import { parseInitialState } from '../core/initial-state.ts'
import { isJsonObject, parseConfigJson, scalarText } from '../config/config-json.ts'

export interface ConnectorFile {
  readonly name: string
  readonly config: Readonly<Record<string, string | null>>
  readonly initialState: TargetState | null
}

export interface NamedConnectorFile extends ConnectorFile {
  readonly path: string
}

/**
 * Reads a connector file: JSON, flat or `{name, config, initial_state}`, or `.properties`; the content decides, not the name.
 * A connector without a name is named as its file.
 * @throws `CONFIG_INVALID` naming the file and what is wrong with it
 */
export function readConnectorFile(path: string): ConnectorFile {
  const connector = parseFile(path)
  if (connector.name !== '') return connector
  const name = basename(path, extname(path))
  return { ...connector, name, config: { ...connector.config, name } }
}

/**
 * The same for a file that must name its connector: source offsets and consumer groups go by the name, which nobody expects
 * to change with that of a file.
 * @throws `CONFIG_INVALID` naming the file and what is wrong with it
 */
export function readNamedConnectorFile(path: string): NamedConnectorFile {
  const connector = parseFile(path)
  if (connector.name !== '') return { ...connector, path }
  throw fileError(path, "is missing the mandatory 'name' configuration", 'Add a name.')
}

function parseFile(path: string): ConnectorFile {
  const text = readText(path)
  const json = text.trimStart().startsWith('{') ? parseJson(path, text) : null
  return json === null ? fromFlat(Object.fromEntries(parseProperties(text))) : fromJson(path, json)
}

/** What stands beside `config` when it is not flat, as in the body of `POST /connectors`. */
const fields: readonly string[] = ['name', 'config', 'initial_state']

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ConnectError('CONFIG_INVALID', `Connector configuration at '${path}' cannot be read: ${reason}`, {
      cause,
    })
  }
}

function parseJson(path: string, text: string): Readonly<Record<string, unknown>> {
  try {
    const value = parseConfigJson(Buffer.from(text))
    if (isJsonObject(value)) return value
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw fileError(path, `is not valid JSON: ${reason}`, 'Mend the JSON text.')
  }
  throw fileError(path, 'is not a JSON object', 'Write {"name": …, "config": {…}} or the flat configuration.')
}

function fromJson(path: string, json: Readonly<Record<string, unknown>>): ConnectorFile {
  const nested = json['config']
  if (!isJsonObject(nested)) return fromFlat(textMap(path, json))
  const unknown = Object.keys(json).find((key) => !fields.includes(key))
  if (unknown !== undefined)
    throw fileError(
      path,
      `has an unrecognized field "${unknown}"`,
      `Beside a config there may be ${fields.join(', ')}.`,
    )
  const config = textMap(path, nested)
  const name = typeof json['name'] === 'string' ? json['name'] : (config['name'] ?? '')
  if ((config['name'] ?? name) !== name)
    throw fileError(path, `has two names: ${name}, and ${config['name']} in its config`, 'Remove one of them.')
  return { name, config: { ...config, name }, initialState: initialState(path, json['initial_state'] ?? null) }
}

function initialState(path: string, value: unknown): TargetState | null {
  if (value === null) return null
  const state = typeof value === 'string' ? parseInitialState(value) : undefined
  if (state !== undefined) return state
  throw fileError(path, 'has an initial_state that is none', 'Use RUNNING, PAUSED or STOPPED.')
}

function fromFlat(config: Readonly<Record<string, string | null>>): ConnectorFile {
  return { name: config['name'] ?? '', config, initialState: null }
}

function textMap(path: string, object: Readonly<Record<string, unknown>>): Record<string, string | null> {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => {
      const text = scalarText(value)
      if (text === undefined)
        throw fileError(
          path,
          `has a value for "${key}" that is not a string`,
          'Values of a connector configuration are strings.',
        )
      return [key, text]
    }),
  )
}

function fileError(path: string, what: string, remedy: string): ConnectError {
  return new ConnectError('CONFIG_INVALID', `Connector configuration at '${path}' ${what}`, { remedy })
}
