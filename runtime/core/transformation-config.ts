import {
  type ConfigDef,
  type ConfigKey,
  type ConfigKeySpec,
  type ConfigKeySpecs,
  configError,
  defineConfig,
  type PluginDescriptor,
  type Props,
} from '../../api/index.ts'
import { embedKeys } from './embed-config.ts'
import { aliases, type FindPlugin, requirePlugin } from './transformation-chain.ts'

/** Every plugin there is, to suggest classes in forms. */
export type ListPlugins = (kind: PluginDescriptor['kind']) => readonly PluginDescriptor[]

/**
 * The keys that a configuration's transformations and predicates add to its connector's definition, as
 * `ConnectorConfig.enrich` does: `transforms.<alias>.type` and so on, then the plugin's own keys. A class that cannot be
 * had adds none of its own; the validator of its `type` says why.
 */
export function transformationKeys(config: Props, findPlugin: FindPlugin, listPlugins: ListPlugins): ConfigKeySpecs {
  const sources = { config, findPlugin, listPlugins }
  return {
    ...aliasKeys({ ...TRANSFORMS, ...sources }),
    ...aliasKeys({ ...PREDICATES, ...sources }),
  }
}

interface AliasKind {
  readonly list: 'transforms' | 'predicates'
  readonly kind: 'transformation' | 'predicate'
  readonly groupName: string
  readonly displayName: string
}

const TRANSFORMS: AliasKind = {
  list: 'transforms',
  kind: 'transformation',
  groupName: 'Transforms',
  displayName: 'Transformation',
}

const PREDICATES: AliasKind = {
  list: 'predicates',
  kind: 'predicate',
  groupName: 'Predicates',
  displayName: 'Predicate',
}

interface AliasContext extends AliasKind {
  readonly config: Props
  readonly findPlugin: FindPlugin
  readonly listPlugins: ListPlugins
}

/** Keys of the chain; a transformation's own of the same name are masked. */
const IMPLICIT = defineConfig({
  predicate: {
    type: 'STRING',
    default: null,
    importance: 'MEDIUM',
    doc: 'Alias of the predicate that decides whether this transformation applies.',
  },
  negate: {
    type: 'BOOLEAN',
    default: false,
    importance: 'MEDIUM',
    doc: 'Whether the transformation applies where the predicate is false.',
  },
})

function aliasKeys(context: AliasContext): ConfigKeySpecs {
  const specs: Record<string, ConfigKeySpec> = {}
  for (const alias of aliases(context.config, context.list)) {
    const prefix = `${context.list}.${alias}.`
    const group = `${context.groupName}: ${alias}`
    specs[`${prefix}type`] = typeKey(context, alias, prefix, group)
    specs[`${prefix}plugin.version`] = versionKey(context, alias, group)
    // Behind `type` and `plugin.version`.
    const own = ownKeys(context, prefix)
    if (own !== null) Object.assign(specs, embedKeys(own, prefix, group, 2))
  }
  return specs as ConfigKeySpecs
}

function typeKey(context: AliasContext, alias: string, prefix: string, group: string): ConfigKeySpec<'CLASS'> {
  const key = `${prefix}type`
  return {
    type: 'CLASS',
    validator: {
      description: `valid configs for ${alias} ${context.kind}`,
      ensureValid(_name, value) {
        if (context.kind === 'transformation') requirePredicateToNegate(context.config, prefix)
        if (value !== null) requirePlugin(key, String(value), context.kind, context.findPlugin)
      },
    },
    importance: 'HIGH',
    doc: `Class for the '${alias}' ${context.kind}.`,
    group,
    orderInGroup: 0,
    width: 'LONG',
    displayName: `${context.displayName} type for ${alias}`,
    recommender: {
      validValues: () => context.listPlugins(context.kind).map((plugin) => plugin.className),
      visible: () => true,
    },
  }
}

function versionKey(context: AliasContext, alias: string, group: string): ConfigKeySpec<'STRING'> {
  return {
    type: 'STRING',
    default: null,
    importance: 'HIGH',
    doc: `Version of the '${alias}' ${context.kind}.`,
    group,
    orderInGroup: 1,
    width: 'LONG',
    displayName: `${context.displayName} version for ${alias}`,
  }
}

function requirePredicateToNegate(config: Props, prefix: string): void {
  if (!Object.hasOwn(config, `${prefix}negate`) || Object.hasOwn(config, `${prefix}predicate`)) return
  throw configError(
    `Config '${prefix}negate' was provided but there is no config '${prefix}predicate' defining a predicate to be negated.`,
  )
}

/** The plugin's own definition; null when there is no such plugin. */
function ownKeys(context: AliasContext, prefix: string): readonly ConfigKey[] | null {
  const className = context.config[`${prefix}type`] ?? null
  const plugin = className === null ? null : context.findPlugin(className.trim(), context.kind)
  if (plugin === null || plugin.kind !== context.kind) return null
  return plugin.kind === 'transformation' ? withImplicit(plugin.config) : [...plugin.config.keys.values()]
}

function withImplicit(config: ConfigDef): readonly ConfigKey[] {
  return [...IMPLICIT.keys.values(), ...[...config.keys.values()].filter((key) => !IMPLICIT.keys.has(key.name))]
}
