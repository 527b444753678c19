import { networkInterfaces } from 'node:os'
import { basename } from 'node:path'
import { ConnectError } from '../../api/index.ts'
import { debeziumDefaults, refused, required, shortNames, withoutMeaning } from './image-variables.ts'

type Environment = Readonly<Record<string, string | undefined>>
type Variables = Record<string, string>

/** Where the image looks for plugins when nothing names another folder. */
export const imagePluginPath = '/usr/share/sluice/plugins'

/** Commands without a worker file to say where plugins are. */
const dryRuns: readonly string[] = ['transform', 'validate']

/** What a container was started with, in the words of the command line. */
export interface ContainerCall {
  /** Arguments of `sluice`. */
  readonly args: readonly string[]
  /** The environment with the images' variables translated. */
  readonly environment: Readonly<Variables>
  /** To be said before anything starts. */
  readonly warnings: readonly string[]
}

/**
 * Turns arguments and environment of the well-known images into a call of `sluice`.
 * @param address the container's own, for other workers to call; undefined when there is none
 * @throws `CONFIG_INVALID` naming all variables that are missing
 */
export function containerCall(
  args: readonly string[],
  given: Environment,
  address: string | undefined = ownAddress(),
): ContainerCall {
  const call = commandLine(args)
  const { environment, overruled } = translate(given)
  const alone = call[0] === 'worker' && call.length === 1
  if (dryRuns.includes(call[0] ?? '')) return { args: call, environment: withPluginPath(environment), warnings: [] }
  for (const [name, why] of Object.entries(refused))
    if (isSet(given[name]))
      throw new ConnectError('CONFIG_INVALID', `The environment variable ${name} cannot be honoured`, { remedy: why })
  const warnings = [...overruled.map(overruledText), ...meaninglessText(given)]
  if (!alone) return { args: call, environment, warnings }
  const debezium = isSet(given['CONFIG_STORAGE_TOPIC']) || isSet(given['OFFSET_STORAGE_TOPIC'])
  const whole = { ...(debezium ? debeziumDefaults : {}), ...dropEmpty(withPluginPath(environment)) }
  checkRequired(whole)
  return { args: call, environment: withAddress(whole, address), warnings }
}

/** Commands of the images, also with a worker file in the place of a command, beside those of `sluice`. */
function commandLine(args: readonly string[]): readonly string[] {
  const [first, ...rest] = args
  if (first === undefined || first === 'start' || first === '/etc/confluent/docker/run') return ['worker']
  if (/^connect-distributed(\.sh)?$/.test(basename(first))) return ['worker', ...rest]
  if (/^connect-standalone(\.sh)?$/.test(basename(first))) return ['standalone', ...rest]
  if (first.endsWith('.properties')) return ['worker', ...args]
  if (first !== 'sluice') return args
  return rest.length > 0 ? rest : ['help']
}

/** Short names win over the long ones, as in debezium/connect. */
function translate(given: Environment): { environment: Variables; overruled: string[] } {
  const environment: Variables = {}
  for (const [name, value] of Object.entries(given)) if (value !== undefined) environment[name] = value
  const overruled: string[] = []
  for (const [short, long] of Object.entries(shortNames)) {
    const value = given[short]
    delete environment[short]
    if (value === undefined || value === '') continue
    if (isSet(given[long]) && given[long] !== value) overruled.push(short)
    environment[long] = value
  }
  return { environment, overruled }
}

function overruledText(short: string): string {
  return `${short} and ${shortNames[short] ?? ''} differ: ${short} counts, as in debezium/connect. Set only one of them.`
}

function meaninglessText(given: Environment): string[] {
  const names = Object.entries(given)
    .filter(
      ([name, value]) => isSet(value) && !(name.startsWith('ENABLE_') && value === 'false') && isMeaningless(name),
    )
    .map(([name]) => name)
    .sort()
  return names.length === 0
    ? []
    : [`These variables do nothing here: ${names.join(', ')}. docs/container.md says what takes their place.`]
}

function isMeaningless(name: string): boolean {
  return Object.keys(withoutMeaning).some((known) =>
    known.endsWith('*') ? name.startsWith(known.slice(0, -1)) : name === known,
  )
}

function withPluginPath(environment: Readonly<Variables>): Readonly<Variables> {
  return isSet(environment['CONNECT_PLUGIN_PATH'])
    ? environment
    : { ...environment, CONNECT_PLUGIN_PATH: imagePluginPath }
}

/** An empty variable is none, as where a compose file passes on one that is not set. */
function dropEmpty(environment: Readonly<Variables>): Variables {
  const kept = Object.entries(environment).filter(
    ([name, value]) => value !== '' || !Object.hasOwn(debeziumDefaults, name),
  )
  return Object.fromEntries(kept)
}

function checkRequired(environment: Readonly<Variables>): void {
  const missing = required.filter((name) => !isSet(environment[name]))
  if (missing.length === 0) return
  const shortOf = (long: string): string => Object.entries(shortNames).find(([, name]) => name === long)?.[0] ?? long
  const named = missing.map((name) => `${name} (or ${shortOf(name)})`)
  throw new ConnectError('CONFIG_INVALID', `Not set in the environment: ${named.join(', ')}`, {
    remedy: 'Set them, or name a worker file as the argument.',
  })
}

/**
 * Other workers need an address that leads here. A container's host name is one on a network of Docker, and none among
 * pods: the address itself is one on both. A listener with a host, or with a certificate for a name, has its own.
 */
function withAddress(environment: Readonly<Variables>, address: string | undefined): Readonly<Variables> {
  const listeners = environment['CONNECT_LISTENERS'] ?? ''
  const everywhere = listeners === '' || /^http:\/\/(0\.0\.0\.0|\[::\])?:\d+$/i.test(listeners.trim())
  const advertised = isSet(environment['CONNECT_REST_ADVERTISED_HOST_NAME'])
  const host = isSet(environment['HOST_NAME']) ? environment['HOST_NAME'] : address
  return advertised || !everywhere || host === undefined
    ? environment
    : { ...environment, CONNECT_REST_ADVERTISED_HOST_NAME: host }
}

/** The first that is not the loopback's; IPv4 before IPv6. */
function ownAddress(): string | undefined {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? [])
  const reachable = addresses.filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
  return (reachable.find(({ family }) => family === 'IPv4') ?? reachable[0])?.address
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== ''
}
