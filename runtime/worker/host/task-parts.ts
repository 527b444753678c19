import {
  ConnectError,
  type Converter,
  type ConverterDescriptor,
  type ConverterRole,
  type HeaderConverter,
  type HeaderConverterDescriptor,
  type Logger,
} from '../../../api/index.ts'
import type { ConnectorConfig } from '../../config/connector-config.ts'
import { toNumber } from '../../config/worker-config.ts'
import { createTransformationChain, type TransformationChain } from '../../core/transformation-chain.ts'
import type { Opened } from '../../platform/opened.ts'
import type { PluginRegistry } from '../../plugins/registry.ts'
import { ErrorHandler, type ErrorMetrics, type ErrorReporter } from './error-handling.ts'
import type { HostContext } from './host-context.ts'
import { logReporter } from './log-reporter.ts'
import type { Converters, ConverterInUse } from './source-pipeline.ts'
import { withPrefix } from '../../core/with-prefix.ts'

type Config = Readonly<Record<string, string>>

/**
 * The converters of a task: the connector's own with its sub-keys, else the worker's with the worker's sub-keys; never a
 * mix of the two.
 * @throws `CONFIG_INVALID` for a class that is not installed
 */
export function taskConverters(context: HostContext, connector: Config, opened: Opened): Converters {
  const closedLater = <C extends Converter | HeaderConverter>(made: ConverterInUse<C>): ConverterInUse<C> => {
    opened.add(() => made.converter.close?.())
    return made
  }
  return {
    key: closedLater(converter(context, connector, 'key')),
    value: closedLater(converter(context, connector, 'value')),
    header: closedLater(headerConverter(context, connector)),
  }
}

function converter(
  context: HostContext,
  connector: Config,
  role: Extract<ConverterRole, 'key' | 'value'>,
): ConverterInUse<Converter> {
  const key = `${role}.converter`
  const { name, config } = source(context.worker, connector, key)
  const plugin: ConverterDescriptor = installed(context.registry.find(['converter'], name), key, name)
  return {
    converter: plugin.create(withPrefix(config, `${key}.`), role),
    className: plugin.className,
    version: plugin.version,
  }
}

function headerConverter(context: HostContext, connector: Config): ConverterInUse<HeaderConverter> {
  const key = 'header.converter'
  const { name, config } = source(context.worker, connector, key)
  const plugin: HeaderConverterDescriptor = installed(context.registry.find(['header_converter'], name), key, name)
  return {
    converter: plugin.create(withPrefix(config, `${key}.`)),
    className: plugin.className,
    version: plugin.version,
  }
}

const defaultHeaderConverter = 'org.apache.kafka.connect.storage.SimpleHeaderConverter'

function source(worker: Config, connector: Config, key: string): { name: string; config: Config } {
  const own = connector[key]?.trim()
  if (own !== undefined && own !== '') return { name: own, config: connector }
  return { name: worker[key]?.trim() ?? defaultHeaderConverter, config: worker }
}

function installed<D>(plugin: D | undefined, key: string, name: string): D {
  if (plugin !== undefined) return plugin
  throw new ConnectError(
    'CONFIG_INVALID',
    `Invalid value ${name} for configuration ${key}: Class ${name} could not be found.`,
    {
      remedy: 'GET /connector-plugins?connectorsOnly=false lists what is installed.',
    },
  )
}

/** The converters of a task in its metrics (KIP-1152). */
export function converterInfo(converters: Converters): Record<string, string> {
  const info: Record<string, string> = {}
  for (const [role, { className, version }] of Object.entries(converters) as [string, ConverterInUse<unknown>][]) {
    info[`${role}-converter-class`] = className
    info[`${role}-converter-version`] = version
  }
  return info
}

export async function taskChain(
  registry: PluginRegistry,
  connector: Config,
  opened: Opened,
): Promise<TransformationChain> {
  const chain = createTransformationChain(connector, (name, kind) => registry.find([kind], name) ?? null)
  opened.add(() => chain.close())
  await chain.start()
  return chain
}

export interface ErrorHandlingOptions {
  readonly context: HostContext
  readonly config: ConnectorConfig
  readonly taskName: string
  readonly log: Logger
  readonly metrics: ErrorMetrics
  /** Beyond the log: a dead letter queue. */
  readonly reporters: readonly ErrorReporter[]
  readonly cancelled: AbortSignal
}

export function taskErrorHandler(options: ErrorHandlingOptions): ErrorHandler {
  const { config, context, log, metrics, taskName } = options
  const includeMessages = config['errors.log.include.messages']
  const logging = config['errors.log.enable'] ? [logReporter({ taskName, includeMessages, log, metrics })] : []
  return new ErrorHandler({
    policy: {
      retryTimeoutMs: toNumber(config['errors.retry.timeout']),
      retryDelayMaxMs: toNumber(config['errors.retry.delay.max.ms']),
      tolerance: config['errors.tolerance'] === 'all' ? 'all' : 'none',
    },
    metrics,
    reporters: [...options.reporters, ...logging],
    clock: context.clock,
    random: context.random,
    cancelled: options.cancelled,
  })
}
