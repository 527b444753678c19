import { ConnectError, type ConfigProvider } from '../../api/index.ts'
import type { ConfigMap } from '../core/ids.ts'
import { directoryProvider, environmentProvider, fileProvider } from './file-providers.ts'
import { withPrefix } from '../core/with-prefix.ts'

/** Makes a provider of a class that is not built in, from an installed plugin; undefined when there is none. */
export type ProviderLookUp = (className: string, params: ConfigMap) => ConfigProvider | undefined

export interface ProviderOptions {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly warn: (message: string) => void
  readonly lookUp?: ProviderLookUp
}

const packageName = 'org.apache.kafka.common.config.provider.'

/** The providers that `config.providers` names. @throws `CONFIG_INVALID` for one that is not there */
export function configProviders(worker: ConfigMap, options: ProviderOptions): Map<string, ConfigProvider> {
  const aliases = (worker['config.providers'] ?? '').split(',').map((alias) => alias.trim())
  return new Map(aliases.filter((alias) => alias !== '').map((alias) => [alias, provider(worker, alias, options)]))
}

function provider(worker: ConfigMap, alias: string, options: ProviderOptions): ConfigProvider {
  const className = worker[`config.providers.${alias}.class`]?.trim()
  if (className === undefined || className === '') {
    throw new ConnectError(
      'CONFIG_INVALID',
      `config.providers names ${alias}, but config.providers.${alias}.class is missing`,
      {
        remedy: `Set config.providers.${alias}.class, for example to ${packageName}FileConfigProvider.`,
      },
    )
  }
  const params = withPrefix(worker, `config.providers.${alias}.param.`)
  switch (className.startsWith(packageName) ? className.slice(packageName.length) : className) {
    case 'FileConfigProvider':
    case 'File':
      return fileProvider(params, options.warn)
    case 'DirectoryConfigProvider':
    case 'Directory':
      return directoryProvider(params, options.warn)
    case 'EnvVarConfigProvider':
    case 'EnvVar':
      return environmentProvider(params, options.environment)
    default:
      return options.lookUp?.(className, params) ?? unknownProvider(alias, className)
  }
}

function unknownProvider(alias: string, className: string): never {
  throw new ConnectError(
    'CONFIG_INVALID',
    `config.providers.${alias}.class: there is no config provider ${className}`,
    {
      remedy:
        'Built in are FileConfigProvider, DirectoryConfigProvider and EnvVarConfigProvider; others come as plugins in plugin.path.',
    },
  )
}
