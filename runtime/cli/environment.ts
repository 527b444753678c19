import type { ConfigMap } from '../core/ids.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Short names that the well-known images have for the properties that every worker needs. */
const shortNames: Readonly<Record<string, string>> = {
  BOOTSTRAP_SERVERS: 'bootstrap.servers',
  GROUP_ID: 'group.id',
  CONFIG_STORAGE_TOPIC: 'config.storage.topic',
  OFFSET_STORAGE_TOPIC: 'offset.storage.topic',
  STATUS_STORAGE_TOPIC: 'status.storage.topic',
  KEY_CONVERTER: 'key.converter',
  VALUE_CONVERTER: 'value.converter',
}

/** `CONNECT_…` variables of the images that are no worker properties. */
const notProperties = /^CONNECT_(LOG4J_|PLUGINS_DIR$)/

/** Worker properties, and which of them are variables of the environment. */
export interface WorkerFile {
  readonly properties: ConfigMap
  /** Variables by the property that they set. */
  readonly variables: ReadonlyMap<string, string>
}

/**
 * The worker file with the environment laid over it, as in the well-known images: `CONNECT_GROUP_ID` is `group.id`, a
 * double underscore stands for one underscore, a triple one for a dash.
 */
export function withEnvironment(file: ConfigMap, environment: Environment): WorkerFile {
  const variables = new Map<string, string>()
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined) continue
    const short = shortNames[name]
    if (short !== undefined && !variables.has(short)) variables.set(short, name)
    if (name.startsWith('CONNECT_') && !notProperties.test(name))
      variables.set(propertyName(name.slice('CONNECT_'.length)), name)
  }
  const values = [...variables].map(([property, name]) => [property, environment[name] ?? ''] as const)
  return { properties: { ...file, ...Object.fromEntries(values) }, variables }
}

function propertyName(variable: string): string {
  const dash = '\u0001'
  const underscore = '\u0002'
  return variable
    .toLowerCase()
    .replaceAll('___', dash)
    .replaceAll('__', underscore)
    .replaceAll('_', '.')
    .replaceAll(dash, '-')
    .replaceAll(underscore, '_')
}

/** A message about properties, with the variables that these come from: nobody finds them in the file. */
export function nameVariables(message: string, variables: WorkerFile['variables']): string {
  const named = [...variables].filter(([property]) => wholeName(property).test(message))
  if (named.length === 0) return message
  const origins = named.map(([property, name]) => `${property} comes from the environment variable ${name}`)
  return `${message} (${origins.join(', ')})`
}

/** Finds a property in a text, and not one that only begins or ends like it. */
export function wholeName(property: string): RegExp {
  const literal = property.replace(/[^\w]/g, '\\$&')
  return new RegExp(`(?<![\\w.-])${literal}(?![\\w-]|\\.\\w)`)
}
