import { ConnectError, dataError } from '../../api/index.ts'
import { EXACT_NUMBERS, parseJsonText } from '../../compat/json-read.ts'
import {
  type AvroField,
  type AvroNamed,
  type AvroPrimitiveKind,
  type AvroProps,
  type AvroSchema,
  primitive,
} from './avro-schema.ts'
import { isObject, type Json, member } from './json.ts'

const PRIMITIVES: ReadonlySet<string> = new Set<AvroPrimitiveKind>([
  'null',
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'string',
  'bytes',
])

/** Attributes that the model has places for, by kind. */
const RESERVED: Readonly<Record<string, readonly string[]>> = {
  record: ['type', 'name', 'namespace', 'doc', 'aliases', 'fields'],
  error: ['type', 'name', 'namespace', 'doc', 'aliases', 'fields'],
  enum: ['type', 'name', 'namespace', 'doc', 'aliases', 'symbols', 'default'],
  fixed: ['type', 'name', 'namespace', 'doc', 'aliases', 'size'],
  array: ['type', 'items'],
  map: ['type', 'values'],
}

/** Named types by full name: what a schema may refer to. */
export type NamedTypes = Map<string, AvroNamed>

/**
 * A schema from its JSON text. Types that it defines are added to `known`, which may hold those of schemas that it
 * refers to.
 * @throws `DATA_INVALID`
 */
export function parseAvroSchema(text: string, known: NamedTypes = new Map()): AvroSchema {
  const json =
    text.trimStart().startsWith('{') || /^\s*["[]/.test(text) ? parseJsonText(text, EXACT_NUMBERS) : text.trim()
  try {
    return new Parser(known).parse(json, null)
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new ConnectError('DATA_INVALID', 'An Avro schema is nested too deeply', { cause })
  }
}

class Parser {
  readonly #known: NamedTypes

  constructor(known: NamedTypes) {
    this.#known = known
  }

  parse(json: Json, namespace: string | null): AvroSchema {
    if (typeof json === 'string') return this.#reference(json, namespace)
    if (Array.isArray(json)) {
      return { kind: 'union', branches: json.map((branch: Json) => this.parse(branch, namespace)), props: new Map() }
    }
    if (!isObject(json)) throw invalid('a schema is a name, a list or an object')
    const type = member(json, 'type')
    if (typeof type !== 'string') {
      if (type === undefined) throw invalid('"type" is missing')
      return this.parse(type, namespace)
    }
    return this.#typed(type, json, namespace)
  }

  #typed(type: string, json: Readonly<Record<string, Json>>, namespace: string | null): AvroSchema {
    const props = otherProps(json, RESERVED[type] ?? ['type'])
    switch (type) {
      case 'record':
      case 'error':
        return this.#record(json, namespace, props)
      case 'enum':
        return this.#enum(json, namespace, props)
      case 'fixed': {
        const size = member(json, 'size')
        if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) throw invalid('"size" of a fixed')
        return this.#define({ kind: 'fixed', name: fullName(json, namespace), size, props })
      }
      case 'array':
        return { kind: 'array', items: this.parse(required(json, 'items'), namespace), props }
      case 'map':
        return { kind: 'map', values: this.parse(required(json, 'values'), namespace), props }
      default:
        return PRIMITIVES.has(type) ? { kind: type as AvroPrimitiveKind, props } : this.#reference(type, namespace)
    }
  }

  #record(json: Readonly<Record<string, Json>>, outer: string | null, props: AvroProps): AvroSchema {
    const name = fullName(json, outer)
    const fields: AvroField[] = []
    const record = this.#define({ kind: 'record', name, doc: text(json, 'doc'), fields, props })
    const list = member(json, 'fields')
    if (!Array.isArray(list)) throw invalid(`"fields" of ${name}`)
    const names = new Set<string>()
    for (const each of list as readonly Json[]) {
      const fieldName = isObject(each) ? member(each, 'name') : undefined
      if (!isObject(each) || typeof fieldName !== 'string') throw invalid(`a field of ${name} has no name`)
      if (names.has(fieldName)) throw invalid(`${name} has two fields ${fieldName}`)
      names.add(fieldName)
      const type = this.parse(fieldType(each), namespaceOf(name))
      fields.push({ name: fieldName, type, doc: text(each, 'doc'), defaultValue: member(each, 'default') })
    }
    return record
  }

  #enum(json: Readonly<Record<string, Json>>, namespace: string | null, props: AvroProps): AvroSchema {
    const symbols = member(json, 'symbols')
    const name = fullName(json, namespace)
    if (!Array.isArray(symbols) || !symbols.every((symbol) => typeof symbol === 'string')) {
      throw invalid(`"symbols" of ${name}`)
    }
    return this.#define({
      kind: 'enum',
      name,
      doc: text(json, 'doc'),
      symbols,
      defaultSymbol: text(json, 'default'),
      props,
    })
  }

  #define<T extends AvroNamed>(type: T): T {
    if (this.#known.has(type.name)) throw invalid(`Can't redefine: ${type.name}`)
    this.#known.set(type.name, type)
    return type
  }

  #reference(name: string, namespace: string | null): AvroSchema {
    if (PRIMITIVES.has(name)) return primitive(name as AvroPrimitiveKind)
    const local = namespace === null || name.includes('.') ? undefined : this.#known.get(`${namespace}.${name}`)
    const found = local ?? this.#known.get(name)
    if (found === undefined) throw invalid(`it does not define the type ${name}`)
    return found
  }
}

function fieldType(field: Readonly<Record<string, Json>>): Json {
  return required(field, 'type')
}

function required(json: Readonly<Record<string, Json>>, name: string): Json {
  const value = member(json, name)
  if (value === undefined) throw invalid(`"${name}" is missing`)
  return value
}

function text(json: Readonly<Record<string, Json>>, name: string): string | null {
  const value = member(json, name)
  return typeof value === 'string' ? value : null
}

function fullName(json: Readonly<Record<string, Json>>, outer: string | null): string {
  const name = member(json, 'name')
  if (typeof name !== 'string' || name === '') throw invalid('a named type has no name')
  if (name.includes('.')) return name
  const own = text(json, 'namespace')
  const namespace = own ?? outer
  return namespace === null || namespace === '' ? name : `${namespace}.${name}`
}

function namespaceOf(name: string): string | null {
  const dot = name.lastIndexOf('.')
  return dot < 0 ? null : name.slice(0, dot)
}

function otherProps(json: Readonly<Record<string, Json>>, reserved: readonly string[]): AvroProps {
  return new Map(Object.entries(json).filter(([name]) => !reserved.includes(name)))
}

function invalid(what: string): ConnectError {
  return dataError(`Not a valid Avro schema: ${what}`, {
    remedy: 'Look at the schema in the registry: GET /schemas/ids/<id> of schema.registry.url shows it.',
  })
}
