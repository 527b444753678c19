import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'

/** A module that holds plugins, and where it was found. */
export interface PluginModuleFile {
  /** Absolute path of the module to import. */
  readonly file: string
  /** The folder or package it belongs to, for messages. */
  readonly from: string
}

export interface ScanResult {
  readonly modules: readonly PluginModuleFile[]
  /** What was found and cannot be used, each with its remedy. */
  readonly warnings: readonly string[]
}

/** What built-in plugin replaces a jar, by what its file name begins with. */
const replacedJars: readonly (readonly [prefix: string, replacement: string])[] = [
  [
    'connect-file',
    'the built-in file connectors (org.apache.kafka.connect.file.FileStreamSourceConnector and …SinkConnector)',
  ],
  ['connect-transforms', 'the built-in transforms'],
  ['connect-json', 'the built-in org.apache.kafka.connect.json.JsonConverter'],
  ['connect-runtime', 'Sluice itself'],
  ['connect-api', 'Sluice itself'],
]

/**
 * Looks through `plugin.path`: each child folder of an element, or the element itself, is one plugin when its
 * `package.json` has a `sluice` field (the module to load) or, without a `package.json`, when it has an `index.js`.
 */
export function scanPluginPath(elements: readonly string[]): ScanResult {
  const modules: PluginModuleFile[] = []
  const warnings: string[] = []
  for (const element of elements.filter((text) => text !== '')) {
    const folder = resolve(element)
    const children = listFolder(folder)
    if (children === null) {
      warnings.push(`plugin.path: ${element} is not a folder that can be read; nothing is loaded from it`)
      continue
    }
    const otherJars: string[] = []
    for (const candidate of [folder, ...children.map((child) => join(folder, child))]) {
      if (isJar(candidate) && !looksLikePlugin(candidate)) otherJars.push(candidate)
      else if (isJar(candidate)) warnings.push(jarWarning(candidate))
      const found = pluginAt(candidate)
      if (typeof found === 'string') warnings.push(found)
      else if (found !== null) modules.push(found)
      else if (candidate !== folder) warnings.push(...jarsIn(candidate))
    }
    if (otherJars.length > 0) warnings.push(librariesWarning(element, otherJars))
  }
  return { modules, warnings: [...new Set(warnings)] }
}

/** Plugins installed as packages beside the worker: `sluice-…` or `@scope/sluice-…` with a `sluice` field. */
export function scanPackages(nodeModules: readonly string[]): ScanResult {
  const found = [...new Set(nodeModules.map((folder) => resolve(folder)))].flatMap((folder) => {
    const names = listFolder(folder) ?? []
    const scoped = names
      .filter((name) => name.startsWith('@'))
      .flatMap((scope) => (listFolder(join(folder, scope)) ?? []).map((name) => join(scope, name)))
    const candidates = [...names, ...scoped].filter((name) => basename(name).startsWith('sluice-'))
    return candidates.flatMap((name) => pluginAt(join(folder, name)) ?? [])
  })
  return {
    modules: found.filter((each) => typeof each !== 'string'),
    warnings: found.filter((each) => typeof each === 'string'),
  }
}

/** The plugin of a folder, null for a folder without one, or a warning about one that cannot be read. */
function pluginAt(folder: string): PluginModuleFile | string | null {
  const entries = listFolder(folder)
  if (entries === null) return null
  if (!entries.includes('package.json'))
    return entries.includes('index.js') ? { file: join(folder, 'index.js'), from: folder } : null
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const field =
      typeof manifest === 'object' && manifest !== null && 'sluice' in manifest ? manifest.sluice : undefined
    return typeof field === 'string' ? { file: join(folder, field), from: folder } : null
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return `The plugin in ${folder} could not be loaded and is left out: its package.json cannot be read: ${reason}`
  }
}

function jarsIn(folder: string): string[] {
  const jars = (listFolder(folder) ?? []).filter(isJar)
  const known = jars.find((jar) => replacementOf(jar) !== undefined)
  const first = known ?? jars[0]
  return first === undefined ? [] : [jarWarning(join(folder, first))]
}

function jarWarning(jar: string): string {
  const replacement = replacementOf(jar)
  const remedy =
    replacement === undefined
      ? 'there is no built-in replacement for it: look for a package that offers the plugin'
      : `it is replaced by ${replacement}`
  return `plugin.path: ${jar} holds Java classes, which do not run here; ${remedy}`
}

/** Folders such as /usr/share/java hold libraries of all kinds: only what may be a plugin is named one by one. */
function looksLikePlugin(jar: string): boolean {
  return replacementOf(jar) !== undefined || /connect|debezium|converter|transform|smt/i.test(basename(jar))
}

function librariesWarning(element: string, jars: readonly string[]): string {
  const which =
    jars.length === 1 ? (jars[0] ?? '') : `${jars.length} jars in ${element} (${basename(jars[0] ?? '')}, …)`
  return `plugin.path: ${which} ${jars.length === 1 ? 'looks like a library, not a plugin' : 'look like libraries, not plugins'}; Java classes do not run here`
}

function replacementOf(jar: string): string | undefined {
  const name = basename(jar)
  return replacedJars.find(([prefix]) => name.startsWith(prefix))?.[1]
}

function isJar(path: string): boolean {
  return path.endsWith('.jar')
}

/** Null for what is no folder or may not be read. */
function listFolder(path: string): string[] | null {
  try {
    return statSync(path).isDirectory() ? readdirSync(path) : null
  } catch {
    return null // absent or not readable: the caller says so where it matters
  }
}
