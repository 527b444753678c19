import {
  type ConfigDef,
  type ConfigKeySpecs,
  defineConfig,
  type PluginKind,
  type Props,
} from '../../../../api/index.ts'
import type { PluginRegistry } from '../../../plugins/registry.ts'
import { withPrefix } from '../../../config/worker-config.ts'
import { type ConfigPart, part } from './config-infos.ts'

interface ChainKind {
  /** The key that lists aliases, and the prefix of theirs. */
  readonly list: 'transforms' | 'predicates'
  readonly kind: Extract<PluginKind, 'transformation' | 'predicate'>
  /** The interface that Connect names in errors. */
  readonly interfaceName: string
  readonly groupName: string
  readonly own: ConfigKeySpecs
}

const kinds: readonly ChainKind[] = [
  {
    list: 'transforms',
    kind: 'transformation',
    interfaceName: 'Transformation',
    groupName: 'Transforms',
    own: {
      predicate: {
        type: 'STRING',
        default: '',
        importance: 'MEDIUM',
        doc: 'The alias of a predicate used to determine whether to apply this transformation.',
        width: 'NONE',
      },
      negate: {
        type: 'BOOLEAN',
        default: false,
        importance: 'MEDIUM',
        doc: 'Whether the configured predicate should be negated.',
        width: 'NONE',
      },
    },
  },
  { list: 'predicates', kind: 'predicate', interfaceName: 'Predicate', groupName: 'Predicates', own: {} },
]

/** The keys of all transformations and predicates that a connector config names. */
export function chainParts(config: Readonly<Record<string, string>>, registry: PluginRegistry): ConfigPart[] {
  return kinds.flatMap((kind) => aliases(config, kind.list).map((alias) => aliasPart(config, kind, alias, registry)))
}

function aliases(config: Readonly<Record<string, string>>, list: string): string[] {
  const names = (config[list] ?? '').split(',').map((alias) => alias.trim())
  return [...new Set(names.filter((alias) => alias !== ''))]
}

function aliasPart(
  config: Readonly<Record<string, string>>,
  kind: ChainKind,
  alias: string,
  registry: PluginRegistry,
): ConfigPart {
  const prefix = `${kind.list}.${alias}.`
  const group = `${kind.groupName}: ${alias}`
  const props = withPrefix(config, prefix)
  const own = ownDef(kind, registry)
  const ownValues = own.validate(props).map((value) => {
    const fault = value.name === 'type' ? typeFault(props, kind, registry) : negateFault(value.name, props, prefix)
    return fault === null ? value : { ...value, errors: [...value.errors, fault] }
  })
  const ownPart = part(own, ownValues, { prefix, group })
  const plugin = findPlugin(props, kind, registry)
  if (plugin === undefined) return ownPart
  const { predicate: _predicate, negate: _negate, ...pluginProps } = props
  const pluginPart = part(plugin.config, plugin.config.validate(pluginProps), { prefix, group })
  return { groups: [group], lines: [...ownPart.lines, ...pluginPart.lines] }
}

function ownDef(kind: ChainKind, registry: PluginRegistry): ConfigDef {
  const classes = registry.plugins.filter((plugin) => plugin.kind === kind.kind).map((plugin) => plugin.className)
  return defineConfig({
    type: {
      type: 'CLASS',
      importance: 'HIGH',
      doc: `Class for the '${kind.kind}'.`,
      width: 'LONG',
      recommender: { validValues: () => classes, visible: () => true },
    },
    ...kind.own,
  } satisfies ConfigKeySpecs)
}

function findPlugin(props: Props, kind: ChainKind, registry: PluginRegistry) {
  const name = props['type']?.trim()
  return name === undefined || name === '' ? undefined : registry.find([kind.kind], name)
}

function typeFault(props: Props, kind: ChainKind, registry: PluginRegistry): string | null {
  const name = props['type']?.trim()
  if (name === undefined || name === '' || findPlugin(props, kind, registry) !== undefined) return null
  const invalid = `Invalid value ${name} for configuration type: `
  const nested = ['Key', 'Value']
    .map((variant) => `${name}$${variant}`)
    .filter((variant) => registry.find([kind.kind], variant) !== undefined)
  if (nested.length > 0)
    return `${invalid}This class is abstract and cannot be created. Did you mean ${nested.join(', ')}?`
  const other = registry.plugins.find((plugin) => plugin.className === name)
  if (other !== undefined) return `${invalid}Class class ${name} does not implement the ${kind.interfaceName} interface`
  return `${invalid}Class ${name} could not be found.`
}

function negateFault(key: string, props: Props, prefix: string): string | null {
  if (key !== 'negate' || props['negate'] === undefined || props['predicate'] !== undefined) return null
  return `Config '${prefix}negate' was provided but there is no config '${prefix}predicate' defining a predicate to be negated.`
}
