import {
  type ConfigDef,
  type ConfigFieldValue,
  type ConfigKey,
  type ConfigValue,
  isPassword,
} from '../../../../api/index.ts'
import type { ConfigKeyInfo, ConfigValueInfo } from '../../../core/answers.ts'

/** One line of a validate answer. */
export interface ConfigLine {
  readonly definition: ConfigKeyInfo | null
  readonly value: ConfigValueInfo | null
}

/** Keys that belong together, with what was found out about their values. */
export interface ConfigPart {
  readonly groups: readonly string[]
  readonly lines: readonly ConfigLine[]
}

/** The text of a parsed value as REST shows it; passwords are hidden, what did not parse is null. */
export function valueText(value: ConfigFieldValue | undefined): string | null {
  if (value === null || value === undefined) return null
  if (isPassword(value)) return '[hidden]'
  return Array.isArray(value) ? value.join(',') : String(value)
}

/** How definitions of an embedded plugin appear: under a prefix, in a group of their own. */
export interface Embedding {
  readonly prefix: string
  readonly group: string | null
}

export function keyInfo(key: ConfigKey, embedding: Embedding | null = null): ConfigKeyInfo {
  const prefix = embedding?.prefix ?? ''
  return {
    name: prefix + key.name,
    type: key.type,
    required: key.required,
    default_value: key.required ? null : valueText(key.defaultValue),
    importance: key.importance,
    documentation: key.doc,
    group: embedding?.group ?? key.group,
    order_in_group: key.orderInGroup,
    width: key.width,
    display_name: key.displayName,
    dependents: key.dependents.map((name) => prefix + name),
  }
}

/** A definition and its validated values as lines, in order of definition; values without a definition come first. */
export function part(def: ConfigDef, values: readonly ConfigValue[], embedding: Embedding | null = null): ConfigPart {
  const byName = new Map(values.map((value) => [value.name, value]))
  const prefix = embedding?.prefix ?? ''
  const undefinedOnes = values.filter((value) => !def.keys.has(value.name) && value.errors.length > 0)
  const keys = [...def.keys.values()].filter((key) => !key.internal)
  const lines = [
    ...undefinedOnes.map((value) => ({ definition: null, value: valueInfo(value, prefix) })),
    ...keys.map((key) => {
      const value = byName.get(key.name)
      return { definition: keyInfo(key, embedding), value: value === undefined ? null : valueInfo(value, prefix) }
    }),
  ]
  return {
    groups: embedding?.group === undefined || embedding.group === null ? def.groups() : [embedding.group],
    lines,
  }
}

function valueInfo(value: ConfigValue, prefix: string): ConfigValueInfo {
  return {
    name: prefix + value.name,
    value: valueText(value.value),
    recommended_values: value.recommendedValues.map(String),
    errors: value.errors.map((error) => fullKeyInMissing(error, value.name, prefix)),
    visible: value.visible,
  }
}

/** Connect names an embedded key by its short name in every message but the one about a missing key. */
function fullKeyInMissing(error: string, name: string, prefix: string): string {
  const missing = `Missing required configuration "${name}" which`
  return prefix !== '' && error.startsWith(missing) ? error.replace(`"${name}"`, `"${prefix}${name}"`) : error
}

/** The same lines with more errors on some keys; a key without a line gets one. */
export function withErrors(lines: readonly ConfigLine[], errors: ReadonlyMap<string, readonly string[]>): ConfigLine[] {
  const known = new Set(lines.map((line) => line.value?.name ?? line.definition?.name))
  const added = [...errors]
    .filter(([name]) => !known.has(name))
    .map(([name, texts]) => ({ definition: null, value: newValue(name, texts) }))
  const changed = lines.map((line) => {
    const name = line.value?.name ?? line.definition?.name ?? ''
    const more = errors.get(name)
    if (more === undefined) return line
    const value = line.value ?? newValue(name, [])
    return { ...line, value: { ...value, errors: [...value.errors, ...more] } }
  })
  return [...added, ...changed]
}

function newValue(name: string, errors: readonly string[]): ConfigValueInfo {
  return { name, value: null, recommended_values: [], errors, visible: true }
}

export function countErrors(lines: readonly ConfigLine[]): number {
  return lines.reduce((sum, line) => sum + (line.value?.errors.length ?? 0), 0)
}
