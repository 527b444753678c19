import type { ConfigMap } from '../core/ids.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** `CONNECT_…` variables of the images that are no worker properties. */
const notProperties = /^CONNECT_(LOG4J_|PLUGINS_DIR$|PROPERTIES_DIR$)/

/** What Kubernetes and container links set for a service named `connect`, or beginning so. */
const serviceLink = /_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$/

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
    if (isProperty(name, value)) variables.set(propertyName(name.slice('CONNECT_'.length)), name)
  }
  const values = [...variables].map(([property, name]) => [property, environment[name] ?? ''] as const)
  return { properties: { ...file, ...Object.fromEntries(values) }, variables }
}

function isProperty(name: string, value: string): boolean {
  const link = serviceLink.test(name) || (name.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//.test(value))
  return name.startsWith('CONNECT_') && !notProperties.test(name) && !link
}

/** As confluentinc/cp-kafka-connect has it, longer runs of underscores included. */
function propertyName(variable: string): string {
  return variable
    .toLowerCase()
    .replace(/(?<=[^_])_(?=[^_])/g, '.')
    .replaceAll('___', '-')
    .replaceAll('__', '_')
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
