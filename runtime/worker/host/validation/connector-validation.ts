import type {
  ConfigValue,
  PluginDescriptor,
  Props,
  SinkConnectorDescriptor,
  SourceConnectorDescriptor,
} from '../../../../api/index.ts'
import { JavaPattern } from '../../../../compat/java-regex.ts'
import { topicsFault } from '../../../config/connector-config.ts'
import { transformationKeys } from '../../../core/transformation-config.ts'
import type { ConfigInfos } from '../../../core/answers.ts'
import type { PluginRegistry } from '../../../plugins/registry.ts'
import { type ConfigLine, type ConfigPart, countErrors, part, withErrors } from './config-infos.ts'
import { frameworkDef } from './framework-def.ts'
import { overrideFaults } from './override-policy.ts'
import { withPrefix } from '../../../core/with-prefix.ts'

export type ConnectorDescriptor = SourceConnectorDescriptor | SinkConnectorDescriptor

export interface ValidationInput {
  readonly registry: PluginRegistry
  readonly worker: Readonly<Record<string, string>>
  /** The config with its variables replaced. */
  readonly config: Readonly<Record<string, string>>
  /** Keys that were given with null. */
  readonly nulls: readonly string[]
}

const nullValue = 'Null value can not be supplied as the configuration value.'

/**
 * Everything that can be known to be wrong with a connector's config, in the order and shape of Connect's answer:
 * framework keys, transformations and predicates, the connector's own keys, client overrides, converters.
 */
export async function validateConnector(input: ValidationInput, descriptor: ConnectorDescriptor): Promise<ConfigInfos> {
  const { config, registry } = input
  const framework = frameworkPart(input, descriptor)
  const connector = await connectorPart(config, descriptor)
  const main: ConfigPart[] = [framework, connector]
  const mainLines = withErrors(
    main.flatMap((each) => each.lines),
    new Map(input.nulls.map((key) => [key, [nullValue]])),
  )
  const overrides = overrideFaults(input.worker, config, descriptor.kind).map(([key, error]) =>
    faultLine(key, config[key] ?? null, error),
  )
  const converters = converterParts(config, registry)
  const converterLines = converters.flatMap((each) => each.lines)
  const sorted = [
    ...mainLines.filter((line) => line.definition === null),
    ...mainLines.filter((line) => line.definition !== null),
  ]
  const extra = [...overrides, ...converterLines]
  return {
    name: config['connector.class'] ?? '',
    error_count: countErrors(sorted) + extra.filter((line) => (line.value?.errors.length ?? 0) > 0).length,
    groups: [...new Set([...main, ...converters].flatMap((each) => each.groups))],
    configs: [...sorted, ...extra],
  }
}

function frameworkPart({ config, registry, worker }: ValidationInput, descriptor: ConnectorDescriptor): ConfigPart {
  const def = frameworkDef(descriptor, registry, worker, config).extend(
    transformationKeys(
      config,
      (name, kind) => registry.find([kind], name) ?? null,
      (kind) => registry.plugins.filter((plugin) => plugin.kind === kind),
    ),
  )
  const checked = def.validate(config)
  const faults = new Map<string, readonly string[]>(
    descriptor.kind === 'sink' ? sinkFaults(config, worker) : sourceFaults(config, worker),
  )
  for (const [key, kind] of converterKeys) {
    const fault = converterFault(config[key], key, kind, registry)
    if (fault !== null) faults.set(key, [fault])
  }
  const values = checked.map((value) => {
    const more = faults.get(value.name)
    const recommended = recommendedConverters(value, registry)
    return {
      ...value,
      value: converterClass(value, registry),
      recommendedValues: recommended ?? value.recommendedValues,
      errors: [...value.errors, ...(more ?? [])],
    }
  })
  return part(def, values)
}

const converterKeys = [
  ['key.converter', 'converter'],
  ['value.converter', 'converter'],
  ['header.converter', 'header_converter'],
] as const

function recommendedConverters(value: ConfigValue, registry: PluginRegistry): readonly unknown[] | null {
  const kind = converterKeys.find(([key]) => key === value.name)?.[1]
  return kind === undefined
    ? null
    : registry.plugins
        .filter((plugin) => plugin.kind === kind)
        .map((plugin) => plugin.className)
        .toSorted()
}

/** The class behind an alias. */
function converterClass({ name, value }: ConfigValue, registry: PluginRegistry): ConfigValue['value'] {
  const kind = converterKeys.find(([key]) => key === name)?.[1]
  return kind === undefined || typeof value !== 'string' ? value : (registry.find([kind], value)?.className ?? value)
}

function converterFault(
  name: string | undefined,
  key: string,
  kind: 'converter' | 'header_converter',
  registry: PluginRegistry,
): string | null {
  if (name === undefined || registry.find([kind], name.trim()) !== undefined) return null
  const known = registry.plugins.some((plugin: PluginDescriptor) => plugin.className === name)
  const reason = known
    ? `Class class ${name} does not implement the ${kind === 'converter' ? 'Converter' : 'HeaderConverter'} interface`
    : `Class ${name} could not be found.`
  return `Invalid value ${name} for configuration ${key}: ${reason}`
}

function sinkFaults(
  config: Readonly<Record<string, string>>,
  worker: Readonly<Record<string, string>>,
): [string, string[]][] {
  const topics = list(config['topics'])
  const regex = config['topics.regex']?.trim() ?? ''
  const choice = topicsFault(topics, regex)
  const ofChoice = choice === null ? [] : [choice]
  const dlq = config['errors.deadletterqueue.topic.name']?.trim() ?? ''
  const inTopics = `The DLQ topic '${dlq}' may not be included in the list of topics ('topics=[${topics.join(', ')}]') consumed by the connector`
  const inRegex = `The DLQ topic '${dlq}' may not be matched by the regex for the topics ('topics.regex=${regex}') consumed by the connector`
  const faults: [string, string[]][] = [
    ['topics', [...ofChoice, ...(dlq !== '' && topics.includes(dlq) ? [inTopics] : [])]],
    ['topics.regex', [...ofChoice, ...(dlq !== '' && regex !== '' && matches(regex, dlq) ? [inRegex] : [])]],
  ]
  return [...faults, ...groupFaults(config, worker)]
}

function groupFaults(
  config: Readonly<Record<string, string>>,
  worker: Readonly<Record<string, string>>,
): [string, string[]][] {
  const workerGroup = worker['group.id']
  const override = config['consumer.override.group.id']
  if (workerGroup === undefined) return []
  if (override !== undefined) {
    const fault = `Consumer group ${override} conflicts with Connect worker group ${workerGroup}`
    return override === workerGroup ? [['consumer.override.group.id', [fault]]] : []
  }
  const name = config['name'] ?? ''
  const fault = `Consumer group for sink connector named ${name} conflicts with Connect worker group ${workerGroup}`
  return `connect-${name}` === workerGroup ? [['name', [fault]]] : []
}

function sourceFaults(
  config: Readonly<Record<string, string>>,
  worker: Readonly<Record<string, string>>,
): [string, string[]][] {
  if (config['exactly.once.support']?.trim().toLowerCase() !== 'required') return []
  if (worker['exactly.once.source.support']?.trim().toLowerCase() === 'enabled') return []
  return [['exactly.once.support', ['This worker does not have exactly-once source support enabled.']]]
}

function matches(regex: string, topic: string): boolean {
  try {
    return new JavaPattern(regex).matches(topic)
  } catch {
    return false // the regex itself is reported as invalid on its own key
  }
}

async function connectorPart(config: Props, descriptor: ConnectorDescriptor): Promise<ConfigPart> {
  const values = descriptor.config.validate(config)
  const validated = (await descriptor.createConnector().validate?.(config, values)) ?? values
  return part(descriptor.config, validated)
}

/** Only converters that the connector names itself: the worker's were checked when it started. */
function converterParts(config: Readonly<Record<string, string>>, registry: PluginRegistry): ConfigPart[] {
  const order = ['header.converter', 'key.converter', 'value.converter']
  const sorted = converterKeys.toSorted(([a], [b]) => order.indexOf(a) - order.indexOf(b))
  return sorted.flatMap(([key, kind]) => {
    const name = config[key]
    const plugin = name === undefined ? undefined : registry.find([kind], name.trim())
    if (plugin === undefined) return []
    const prefix = `${key}.`
    return [
      part(
        plugin.config,
        plugin.config.validate({ ...withPrefix(config, prefix), 'converter.type': key.slice(0, key.indexOf('.')) }),
        { prefix, group: null },
      ),
    ]
  })
}

function faultLine(name: string, value: string | null, error: string): ConfigLine {
  return { definition: null, value: { name, value, recommended_values: [], errors: [error], visible: true } }
}

function list(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}
