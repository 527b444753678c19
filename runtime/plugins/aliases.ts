import type { PluginKind } from '../../api/index.ts'

/** What a simple class name may be shortened by, per kind: `FileStreamSource`, `Json`. */
const suffixes: Readonly<Record<PluginKind, string>> = {
  source: 'Connector',
  sink: 'Connector',
  converter: 'Converter',
  header_converter: 'HeaderConverter',
  transformation: 'Transformation',
  predicate: 'Predicate',
  config_provider: 'ConfigProvider',
}

/** The last part of a class name: after the last dot, and for a nested class after the `$`. */
export function simpleName(className: string): string {
  return className.slice(Math.max(className.lastIndexOf('.'), className.lastIndexOf('$')) + 1)
}

/** All names under which a config may call a class: in full, simple, and without the suffix of its kind. */
export function namesOf(kind: PluginKind, className: string, aliases: readonly string[]): string[] {
  const simple = simpleName(className)
  const at = simple.lastIndexOf(suffixes[kind])
  const pruned = at > 0 ? [simple.slice(0, at)] : []
  return [...new Set([className, simple, ...pruned, ...aliases])]
}
