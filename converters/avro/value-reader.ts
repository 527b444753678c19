import { dataError, type Schema, Struct } from '../../api/index.ts'
import { readAnything } from './anything-values.ts'
import type { AvroRecord, AvroSchema, AvroUnion } from './avro-schema.ts'
import type { AvroCodec } from './codec.ts'
import { fromBase } from './defaults-to-connect.ts'
import { isMapEntry, isUnionSchema } from './kinds.ts'

/** Turns what the codec has read into a Connect value. @throws `DATA_INVALID` */
export type ReadValue = (value: unknown) => unknown

/** Puts together, once, how values of an Avro schema become those of the Connect schema that `avroToConnect` made of it. */
export function compileReader(avro: AvroSchema, schema: Schema | null, codec: AvroCodec): ReadValue {
  return new Compiler(codec).any(avro, schema)
}

class Compiler {
  readonly #codec: AvroCodec
  /** Records done and in the making: they may hold themselves. */
  readonly #records = new Map<Schema, { read: ReadValue }>()

  constructor(codec: AvroCodec) {
    this.#codec = codec
  }

  any(avro: AvroSchema, schema: Schema | null): ReadValue {
    if (schema === null) return readAnything
    if (avro.kind === 'union') return this.#union(avro, schema)
    const read = this.#base(avro, schema)
    return isLogical(schema) ? (value) => fromBase(schema, read(value)) : read
  }

  #union(avro: AvroUnion, schema: Schema): ReadValue {
    const keys = this.#codec.branchKeys.get(avro)
    const readers = avro.branches.filter((branch) => branch.kind !== 'null')
    if (keys === undefined && !isUnionSchema(schema)) {
      const [only] = readers
      const read = only === undefined ? (): null => null : this.any(only, schema)
      return (value) => (value === null ? null : read(value))
    }
    const branches = readers.map((branch, i) => this.any(branch, fieldSchema(schema, i)))
    if (keys === undefined) return (value) => (value === null ? null : chosen(schema, 0, branches[0]?.(value)))
    const positions = new Map(keys.filter((key) => key !== null).map((key, i) => [key, i]))
    return (value) => {
      if (value === null) return null
      const [[key, wrapped] = ['', null]] = Object.entries(value as Record<string, { readonly f0: unknown }>)
      const position = positions.get(key) ?? -1
      const read = branches[position]
      if (read === undefined || wrapped === null) throw dataError('Did not find matching union field for data')
      return chosen(schema, position, read(wrapped.f0))
    }
  }

  #base(avro: AvroSchema, schema: Schema): ReadValue {
    switch (avro.kind) {
      case 'int':
        return intReader(schema)
      case 'enum': {
        const { symbols } = avro
        return (value) => {
          const symbol = symbols[value as number]
          if (symbol === undefined) throw dataError(`The enum ${avro.name} has no symbol ${String(value)}`)
          return symbol
        }
      }
      case 'array':
        return isMapEntry(avro.items) && schema.type === 'MAP'
          ? this.#entries(avro.items, schema)
          : this.#array(avro.items, schema)
      case 'map': {
        const read = this.any(avro.values, schema.valueSchema)
        return (value) => new Map((value as readonly Entry[]).map(({ f0, f1 }) => [f0, read(f1)]))
      }
      case 'record':
        return this.#record(avro, schema)
      case 'union':
        return this.#union(avro, schema)
      case 'null':
      case 'boolean':
      case 'long':
      case 'float':
      case 'double':
      case 'string':
      case 'bytes':
      case 'fixed':
      default:
        return (value) => value
    }
  }

  #array(items: AvroSchema, schema: Schema): ReadValue {
    const read = this.any(items, schema.valueSchema)
    return (value) => (value as readonly unknown[]).map((each) => read(each))
  }

  #entries(entry: AvroSchema, schema: Schema): ReadValue {
    const fields = entry.kind === 'record' ? entry.fields : []
    const keyFirst = fields[0]?.name === 'key'
    const [key, value] = keyFirst ? fields : [fields[1], fields[0]]
    if (key === undefined || value === undefined) throw dataError('A map entry needs a key and a value')
    const [readKey, readEntry] = [this.any(key.type, schema.keySchema), this.any(value.type, schema.valueSchema)]
    return (list) =>
      new Map(
        (list as readonly Entry[]).map(({ f0, f1 }) => {
          const [left, right] = keyFirst ? [f0, f1] : [f1, f0]
          return [readKey(left), readEntry(right)]
        }),
      )
  }

  #record(avro: AvroRecord, schema: Schema): ReadValue {
    const known = this.#records.get(schema)
    if (known !== undefined) return (value) => known.read(value)
    const made = { read: (value: unknown): unknown => value }
    this.#records.set(schema, made)
    const keys = avro.fields.map((_, i) => `f${i}`)
    const readers = avro.fields.map((field, i) => this.any(field.type, fieldSchema(schema, i)))
    made.read = (value) => {
      const record = value as Readonly<Record<string, unknown>>
      return Struct.ofValues(
        schema,
        keys.map((key, i) => (readers[i] as ReadValue)(record[key])),
      )
    }
    return made.read
  }
}

interface Entry {
  readonly f0: unknown
  readonly f1: unknown
}

function fieldSchema(schema: Schema, index: number): Schema {
  const field = schema.fields[index]
  if (field === undefined) throw dataError(`No field ${index} in ${schema.toString()}`)
  return field.schema
}

function chosen(schema: Schema, position: number, value: unknown): Struct {
  const values: unknown[] = schema.fields.map(() => null)
  values[position] = value
  return Struct.ofValues(schema, values)
}

/** avsc reads an int of any length; Java wraps what it reads as INT8 and INT16. */
function intReader(schema: Schema): ReadValue {
  const shift = schema.type === 'INT8' ? 24 : schema.type === 'INT16' ? 16 : 0
  return (value) => {
    const int = value as number
    if (int !== (int | 0)) throw dataError('Invalid Avro int: more than 32 bits')
    return ((int << shift) >> shift) + 0
  }
}

function isLogical(schema: Schema): boolean {
  return schema.name?.startsWith('org.apache.kafka.connect.data.') === true && schema.type !== 'STRUCT'
}
