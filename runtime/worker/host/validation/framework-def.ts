import { type ConfigDef, type ConfigRecommender, defineConfig } from '../../../../api/index.ts'
import { connectorKeys, deadLetterKeys, sinkKeys, sourceKeys } from '../../../config/connector-keys.ts'
import type { PluginRegistry } from '../../../plugins/registry.ts'
import type { ConnectorDescriptor } from './connector-validation.ts'

type Config = Readonly<Record<string, string>>

/**
 * The framework's keys as this worker has them for a connector: converters default to the worker's own, and versions to
 * what is installed, as in Connect (KIP-891).
 */
export function frameworkDef(
  descriptor: ConnectorDescriptor,
  registry: PluginRegistry,
  worker: Config,
  config: Config,
): ConfigDef {
  return defineConfig({
    ...connectorKeys,
    ...versionSpec('connector.plugin.version', descriptor.version),
    ...converterSpecs('key.converter', 'converter', registry, worker, config),
    ...converterSpecs('value.converter', 'converter', registry, worker, config),
    ...converterSpecs('header.converter', 'header_converter', registry, worker, config),
    ...(descriptor.kind === 'sink' ? sinkKeys : sourceKeys),
    ...(descriptor.kind === 'source' && namesDeadLetters(config) ? deadLetterKeys : {}),
  })
}

/** Connect's sources have no such keys: they are among the answers only where somebody uses them. */
function namesDeadLetters(config: Config): boolean {
  return Object.keys(config).some((key) => Object.hasOwn(deadLetterKeys, key))
}

type ConverterKey = 'key.converter' | 'value.converter' | 'header.converter'
type VersionKey = 'connector.plugin.version' | `${ConverterKey}.plugin.version`

const defaultHeaderConverter = 'org.apache.kafka.connect.storage.SimpleHeaderConverter'

function converterSpecs(
  key: ConverterKey,
  kind: 'converter' | 'header_converter',
  registry: PluginRegistry,
  worker: Config,
  config: Config,
) {
  const fallback = worker[key]?.trim() ?? (key === 'header.converter' ? defaultHeaderConverter : '')
  const installed = registry.find([kind], fallback)
  const used = registry.find([kind], config[key]?.trim() ?? fallback)
  return {
    [key]: { ...connectorKeys[key], default: installed?.className ?? null },
    ...versionSpec(`${key}.plugin.version`, used?.version ?? null),
  }
}

function versionSpec(key: VersionKey, version: string | null) {
  const recommender: ConfigRecommender = { validValues: () => (version === null ? [] : [version]), visible: () => true }
  return { [key]: { ...connectorKeys[key], default: version, recommender } }
}
