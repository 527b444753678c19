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

/**
 * Worker properties from the environment, as in the well-known images: `CONNECT_GROUP_ID` is `group.id`, a double
 * underscore stands for one underscore, a triple one for a dash.
 */
export function environmentProperties(environment: Environment): Record<string, string> {
  const properties: Record<string, string> = {}
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined) continue
    const short = shortNames[name]
    if (short !== undefined) properties[short] ??= value
    if (name.startsWith('CONNECT_') && !notProperties.test(name))
      properties[propertyName(name.slice('CONNECT_'.length))] = value
  }
  return properties
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

/** The worker file with the environment laid over it. */
export function withEnvironment(file: ConfigMap, environment: Environment): ConfigMap {
  return { ...file, ...environmentProperties(environment) }
}
