import {
  configError,
  dataError,
  type Field,
  isPlainObject,
  isStruct,
  JAVA_ERRORS,
  javaClassName,
  type Schema,
  type Struct,
} from '../../api/index.ts'
import { getMapEntry, type SchemalessMap } from './schemaless-map.ts'

/** `field.syntax.version` (KIP-821): V1 takes a name as it stands, V2 a dotted path, back-ticks around names with dots. */
export type FieldSyntax = 'V1' | 'V2'

const PURPOSE = 'nested field access'

/** The steps to one field, from the outermost struct or map inwards. */
export class FieldPath {
  readonly #parents: readonly string[]
  readonly #last: string
  readonly #empty: boolean

  /** @throws `CONFIG_INVALID` for an unmatched back-tick */
  constructor(path: string, syntax: FieldSyntax) {
    const steps = syntax === 'V1' ? [path] : splitPath(path)
    this.#empty = steps.length === 0
    this.#parents = steps.slice(0, -1)
    this.#last = steps.at(-1) ?? ''
  }

  /** The field's place in a schema, or undefined when there is none. */
  fieldIn(schema: Schema): Field | undefined {
    let current = schema
    for (const step of this.#parents) {
      const field = structField(current, step)
      if (field === undefined) return undefined
      current = field.schema
    }
    return structField(current, this.#last)
  }

  /** Null also where a struct on the way is null. */
  valueInStruct(struct: Struct, replaceNullWithDefault: boolean): unknown {
    let current = struct
    for (const step of this.#parents) {
      const value = replaceNullWithDefault ? current.get(step) : current.getWithoutDefault(step)
      if (value === null) return null
      if (!isStruct(value))
        throw dataError(`Only Struct objects supported for [${PURPOSE}], found: ${javaClassName(value)}`)
      current = value
    }
    return replaceNullWithDefault ? current.get(this.#last) : current.getWithoutDefault(this.#last)
  }

  /** Null where an entry on the way is missing. */
  valueInMap(map: SchemalessMap): unknown {
    if (this.#empty) throw dataError('The path of a field is empty', { javaClass: JAVA_ERRORS.illegalArgument })
    let current = map
    for (const step of this.#parents) {
      const value = getMapEntry(current, step)
      if (value === null) return null
      if (!isPlainObject(value) && !(value instanceof Map)) {
        throw dataError(
          `Only Map objects supported in absence of schema for [${PURPOSE}], found: ${javaClassName(value)}`,
        )
      }
      current = value
    }
    return getMapEntry(current, this.#last)
  }
}

function structField(schema: Schema, name: string): Field | undefined {
  if (schema.type !== 'STRUCT') throw dataError('Cannot look up fields on non-struct type')
  return schema.field(name)
}

/** The steps of a V2 path: `a.b` are two, `` `a.b`.c `` too. */
function splitPath(path: string): string[] {
  const steps: string[] = []
  let at = 0
  while (at < path.length) {
    const { step, next } = path[at] === '`' ? quotedStep(path, at) : plainStep(path, at)
    steps.push(step)
    at = next
  }
  if (path.endsWith('.')) steps.push('')
  return steps
}

interface Step {
  readonly step: string
  /** Where the next one begins. */
  readonly next: number
}

function plainStep(path: string, start: number): Step {
  const dot = path.indexOf('.', start)
  const end = dot < 0 ? path.length : dot
  return { step: path.slice(start, end), next: end + 1 }
}

/**
 * A back-tick closes when a dot or the end follows; a backslash before one that a dot follows makes it part of the name
 * and is dropped. Any other back-tick is part of the name anyway.
 */
function quotedStep(path: string, open: number): Step {
  let step = ''
  let from = open + 1
  for (;;) {
    const at = path.indexOf('`', from)
    const escaped = at > 0 && path[at - 1] === '\\'
    const ends = at === path.length - 1
    if (at < 0 || (ends && escaped)) {
      throw configError(
        `Incomplete backtick pair in path: [${path}], consider adding a backslash before backtick at position ${open} to escape it`,
      )
    }
    const dotFollows = path[at + 1] === '.'
    if (!escaped && (ends || dotFollows)) return { step: step + path.slice(from, at), next: at + 2 }
    step += `${path.slice(from, dotFollows ? at - 1 : at)}\``
    from = at + 1
  }
}
