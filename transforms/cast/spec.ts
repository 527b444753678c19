import { configError, type SchemaType } from '../../api/index.ts'

/** What a value can be cast to. */
export const CAST_TARGETS = [
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'FLOAT32',
  'FLOAT64',
  'BOOLEAN',
  'STRING',
] as const satisfies readonly SchemaType[]

export type CastTarget = (typeof CAST_TARGETS)[number]

/** A cast of the whole key or value, or of some of its fields. */
export type CastSpec =
  | { readonly kind: 'whole'; readonly target: CastTarget }
  | { readonly kind: 'fields'; readonly targets: ReadonlyMap<string, CastTarget> }

/** @throws `CONFIG_INVALID` */
export function parseCastSpec(mappings: readonly string[]): CastSpec {
  const targets = new Map<string, CastTarget>()
  let whole: CastTarget | null = null
  for (const mapping of mappings) {
    // Java's split drops empty parts at the end, but not at the start.
    const parts = mapping.replace(/:+$/, '').split(':')
    const [first = '', second] = parts
    if (parts.length > 2) throw configError(`Invalid casting spec: ${mapping}`)
    if (second === undefined) whole = castTarget(first)
    else targets.set(first.trim(), castTarget(second))
  }
  if (whole === null) return { kind: 'fields', targets }
  if (mappings.length > 1) {
    throw configError(
      'Cast transformations that specify a type to cast the entire value to may only specify a single cast in their spec',
    )
  }
  return { kind: 'whole', target: whole }
}

const OTHER_TYPES: readonly string[] = ['BYTES', 'ARRAY', 'MAP', 'STRUCT']

function castTarget(text: string): CastTarget {
  const name = text.trim().toUpperCase()
  const target = CAST_TARGETS.find((each) => each === name)
  if (target !== undefined) return target
  if (OTHER_TYPES.includes(name)) {
    throw configError(
      `Cast transformation does not support casting to ${name}; supported types are [${CAST_TARGETS.join(', ')}]`,
    )
  }
  throw configError(`Invalid type found in casting spec: ${text.trim()}`)
}
