import { pathToFileURL } from 'node:url'
import * as api from '../../api/index.ts'
import { ConnectError, type PluginDescriptor, type PluginKind, type PluginModule } from '../../api/index.ts'
import { namesOf } from './aliases.ts'
import { type PluginModuleFile, scanPackages, scanPluginPath } from './scan.ts'

/** Modules of the built-in plugins, beside this one in the compiled tree; loaded by the same door as a user's own. */
const builtIn = [
  'converters/index.js',
  'transforms/index.js',
  'transforms/script/index.js',
  'connectors/file/index.js',
].map((path) => new URL(`../../${path}`, import.meta.url))

export interface PluginSources {
  /** `plugin.path`. */
  readonly pluginPath: readonly string[]
  /** `node_modules` folders to look for plugin packages in. */
  readonly nodeModules: readonly string[]
}

type DescriptorOf<K extends PluginKind> = Extract<PluginDescriptor, { kind: K }>

/** All plugins of a worker, by every name that a config may use. */
export class PluginRegistry {
  readonly plugins: readonly PluginDescriptor[]
  readonly #byName = new Map<string, PluginDescriptor[]>()

  constructor(plugins: readonly PluginDescriptor[]) {
    this.plugins = plugins
    for (const plugin of plugins) {
      for (const name of namesOf(plugin.kind, plugin.className, plugin.aliases ?? [])) {
        this.#byName.set(name, [...(this.#byName.get(name) ?? []), plugin])
      }
    }
  }

  /** Loads the built-in plugins and those found; what cannot be loaded becomes a warning and takes nothing else with it. */
  static async load(sources: PluginSources, warn: (message: string) => void): Promise<PluginRegistry> {
    const scans = [scanPackages(sources.nodeModules), scanPluginPath(sources.pluginPath)]
    for (const warning of scans.flatMap((scan) => scan.warnings)) warn(warning)
    const own = await Promise.all(builtIn.map(async (url) => toModule(await import(url.href), url.pathname).plugins))
    const found = await Promise.all(scans.flatMap((scan) => scan.modules).map((module) => loadFound(module, warn)))
    return new PluginRegistry([...own.flat(), ...found.flat()])
  }

  /** Undefined when no such plugin is installed. @throws `CONFIG_INVALID` when the name fits several */
  find<K extends PluginKind>(kinds: readonly K[], name: string): DescriptorOf<K> | undefined {
    const fitting = (this.#byName.get(name) ?? []).filter((plugin): plugin is DescriptorOf<K> =>
      (kinds as readonly string[]).includes(plugin.kind),
    )
    const exact = fitting.find((plugin) => plugin.className === name)
    if (exact !== undefined) return exact
    if (fitting.length > 1) {
      const classes = fitting.map((plugin) => plugin.className).join(', ')
      throw new ConnectError(
        'CONFIG_INVALID',
        `More than one connector matches alias ${name}. Please use full package and class name instead. Classes found: ${classes}`,
      )
    }
    return fitting[0]
  }
}

async function loadFound(
  module: PluginModuleFile,
  warn: (message: string) => void,
): Promise<readonly PluginDescriptor[]> {
  try {
    return toModule(await import(pathToFileURL(module.file).href), module.file).plugins
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const said = importsSluice(reason) ? `${reason.split('\n')[0]}. ${apiRemedy}` : reason
    warn(`The plugin in ${module.from} could not be loaded and is left out: ${said}`)
    return []
  }
}

const apiRemedy =
  'Node finds the package sluice only in a node_modules beside or above the plugin: take the API from the argument of ' +
  'the default export instead, "export default (api) => ({ plugins: […] })"'

/** By Node's texts for `import` and `require`. */
function importsSluice(reason: string): boolean {
  return /^Cannot find (package|module) 'sluice'/.test(reason)
}

function toModule(loaded: unknown, where: string): PluginModule {
  const exported: unknown =
    typeof loaded === 'object' && loaded !== null && 'default' in loaded ? loaded.default : undefined
  const module: unknown = typeof exported === 'function' ? (exported as (given: typeof api) => unknown)(api) : exported
  if (typeof module === 'object' && module !== null && 'plugins' in module && Array.isArray(module.plugins)) {
    for (const plugin of module.plugins as unknown[]) checkDescriptor(plugin, where)
    return module as PluginModule
  }
  throw new ConnectError('CONFIG_INVALID', `${where} is not a plugin module: its default export has no list "plugins"`)
}

const kinds: readonly string[] = [
  'source',
  'sink',
  'converter',
  'header_converter',
  'transformation',
  'predicate',
  'config_provider',
]

function checkDescriptor(plugin: unknown, where: string): void {
  const { kind, className, version } = (plugin ?? {}) as Record<string, unknown>
  if (typeof kind === 'string' && kinds.includes(kind) && typeof className === 'string' && typeof version === 'string')
    return
  throw new ConnectError('CONFIG_INVALID', `${where} holds a plugin without a valid kind, className and version`)
}
