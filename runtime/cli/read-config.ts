import { ConnectError, errorToData } from '../../api/index.ts'
import { workerClientProperties } from '../config/client-properties.ts'
import { resolveConfig } from '../config/config-transformer.ts'
import { configProviders } from '../config/providers.ts'
import type { CommonConfig, WorkerConfig } from '../config/worker-config.ts'
import type { ConfigMap } from '../core/ids.ts'
import { withPrefix } from '../core/with-prefix.ts'
import { checkClientProperties } from '../kafka/client-config/clients.ts'
import { wholeName } from './environment.ts'
import { checkSupported } from './supported.ts'
import { checkUnknownProperties } from './unknown-properties.ts'

/** Parses the properties of one kind of worker. */
export type WorkerFileParser<V extends CommonConfig> = (
  properties: ConfigMap,
  warn: (message: string) => void,
) => WorkerConfig<V>

/**
 * A worker file with its variables resolved, checked in all that can be checked without Kafka.
 * @throws `CONFIG_INVALID`
 */
export async function readConfig<V extends CommonConfig>(
  file: ConfigMap,
  parse: WorkerFileParser<V>,
  warn: (message: string) => void,
): Promise<WorkerConfig<V>> {
  const providers = configProviders(file, { environment: process.env, warn })
  // plugin.path is where providers come from: variables in it cannot be resolved.
  const { config } = await resolveConfig({ ...file, 'plugin.path': null }, providers)
  checkUnknownProperties(config, warn)
  checkSupported(config)
  const path = file['plugin.path']
  const parsed = parse(path === undefined ? config : { ...config, 'plugin.path': path }, warn)
  await checkClients(parsed.originals)
  return parsed
}

/** What is wrong with the clients of tasks shows at start, not with the first connector. */
async function checkClients(worker: ConfigMap): Promise<void> {
  // The worker's own come first: what tasks' clients inherit of them is to blame there.
  await checkClientProperties('admin', workerClientProperties(worker, 'check'))
  for (const kind of ['producer', 'consumer'] as const) {
    const own = withPrefix(worker, `${kind}.`)
    try {
      await checkClientProperties(kind, { 'bootstrap.servers': worker['bootstrap.servers'] ?? '', ...own })
    } catch (cause) {
      const { message, remedy } = errorToData(cause)
      const options = remedy === null ? { cause } : { cause, remedy }
      throw new ConnectError('CONFIG_INVALID', withPrefixedNames(message, kind, Object.keys(own)), options)
    }
  }
}

/** A client knows its properties without the prefix that they have in the worker file. */
function withPrefixedNames(message: string, kind: string, names: readonly string[]): string {
  const named = names.filter((name) => wholeName(name).test(message))
  if (named.length === 0) return `${kind}.* properties: ${message}`
  return named.reduce((text, name) => text.replace(wholeName(name), `${kind}.${name}`), message)
}
