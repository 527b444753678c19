import {
  checkValue,
  DECIMAL_NAME,
  dataError,
  isConnectError,
  isFloat32,
  isFloat64,
  isPlainObject,
  isStruct,
  javaClassName,
  type Schema,
  schemasEqual,
} from '../../api/index.ts'
import { asBuffer } from '../../compat/utf8.ts'
import { writeAnything } from './anything-values.ts'
import type { AvroEnum, AvroFixed, AvroRecord, AvroSchema, AvroUnion } from './avro-schema.ts'
import { avroToConnect } from './avro-to-connect.ts'
import type { AvroCodec } from './codec.ts'
import { toBase } from './defaults-to-avro.ts'
import { readDefault } from './defaults-to-connect.ts'
import { branchName, isUnionSchema } from './kinds.ts'
import { scrubName } from './names.ts'
import type { AvroDataOptions } from './options.ts'

/** Turns a Connect value into what the codec writes. @throws `DATA_INVALID` */
export type WriteValue = (value: unknown) => unknown

/**
 * Puts together, once, how values of a Connect schema are written by an Avro schema: that of `connectToAvro`, or one of
 * the registry that is close to it. Fields go by name; one that the Avro schema has alone gets its default.
 * @throws `DATA_INVALID` when the two do not fit
 */
export function compileWriter(
  schema: Schema | null,
  avro: AvroSchema,
  codec: AvroCodec,
  options: AvroDataOptions,
): WriteValue {
  return new Compiler(codec, options).any(schema, avro)
}

class Compiler {
  readonly #codec: AvroCodec
  readonly #options: AvroDataOptions
  /** Records done and in the making: they may hold themselves. */
  readonly #records = new Map<AvroSchema, { readonly schema: Schema; write: WriteValue }[]>()

  constructor(codec: AvroCodec, options: AvroDataOptions) {
    this.#codec = codec
    this.#options = options
  }

  any(schema: Schema | null, avro: AvroSchema): WriteValue {
    if (avro.kind === 'union') return this.#union(schema, avro)
    if (schema === null) return writeAnything
    const write = this.#present(schema, avro)
    return (value) => {
      if (value === null || value === undefined) throw dataError('Found null value for non-optional schema')
      return write(value)
    }
  }

  #union(schema: Schema | null, avro: AvroUnion): WriteValue {
    const write = schema !== null && isUnionSchema(schema) ? this.#branches(schema, avro) : this.#branch(schema, avro)
    const nullable = (schema === null || schema.optional) && avro.branches.some((branch) => branch.kind === 'null')
    return (value) => {
      if (value !== null && value !== undefined) return write(value)
      if (nullable) return null
      throw dataError('Found null value for non-optional schema')
    }
  }

  /** The first branch that fits the schema; of two in a schema made here there is but one. */
  #branch(schema: Schema | null, avro: AvroUnion): WriteValue {
    const failures: unknown[] = []
    for (const [index, branch] of avro.branches.entries()) {
      if (branch.kind === 'null') continue
      try {
        return this.#wrapped(avro, index, schema === null ? writeAnything : this.#present(schema, branch))
      } catch (error) {
        if (!isConnectError(error)) throw error
        failures.push(error)
      }
    }
    if (failures.length === 1) throw failures[0]
    throw dataError(`No type of the Avro union fits the Connect schema ${String(schema)}`, { cause: failures[0] })
  }

  /** A struct that stands for a union: the first field that is set says which branch. */
  #branches(schema: Schema, avro: AvroUnion): WriteValue {
    const byPosition = avro.branches.flatMap((branch, index) => (branch.kind === 'null' ? [] : [index]))
    const byName = schema.fields.map((field) => this.#named(field.name, avro))
    const indexes = byPosition.length === schema.fields.length ? byPosition : byName
    const writers = schema.fields.map((field, i) => {
      const index = indexes[i] ?? -1
      const branch = avro.branches[index]
      if (branch === undefined) throw dataError(`The Avro union has no type for the field ${field.name}`)
      return this.#wrapped(avro, index, this.#present(field.schema, branch))
    })
    const getValue = this.#getter()
    return (value) => {
      if (!isStruct(value)) throw wrongType(schema, value)
      checkStruct(schema, value)
      for (const [i, field] of schema.fields.entries()) {
        const each = getValue(value.values[i], field.schema)
        if (each !== null) return writers[i]?.(each)
      }
      if (schema.optional) return null
      throw dataError('Found null value for non-optional schema')
    }
  }

  #named(name: string, avro: AvroUnion): number {
    return avro.branches.findIndex(
      (branch, i) => branch.kind !== 'null' && branchName(branch, i, this.#options) === name,
    )
  }

  #wrapped(avro: AvroUnion, index: number, write: WriteValue): WriteValue {
    const key = this.#codec.branchKeys.get(avro)?.[index]
    return key === undefined || key === null ? write : (value) => ({ [key]: { f0: write(value) } })
  }

  /** For values that are not null. */
  #present(schema: Schema, avro: AvroSchema): WriteValue {
    if (avro.kind === 'union') return this.#union(schema, avro)
    switch (schema.type) {
      case 'INT8':
      case 'INT16':
      case 'INT32':
        fits(schema, avro, 'int', 'long', 'float', 'double')
        return scalar(schema)
      case 'INT64':
        fits(schema, avro, 'long', 'float', 'double')
        return avro.kind === 'long' ? scalar(schema) : (value) => Number(scalar(schema)(value))
      case 'FLOAT32':
        fits(schema, avro, 'float', 'double')
        return (value) => checked(schema, isFloat32(value) ? value.value : value)
      case 'FLOAT64':
        fits(schema, avro, 'double')
        return (value) => checked(schema, isFloat64(value) ? value.value : value)
      case 'BOOLEAN':
        fits(schema, avro, 'boolean')
        return scalar(schema)
      case 'STRING':
        fits(schema, avro, 'string', 'enum')
        return avro.kind === 'enum' ? enumWriter(schema, avro) : scalar(schema)
      case 'BYTES':
        fits(schema, avro, 'bytes', 'fixed')
        return bytesWriter(schema, avro.kind === 'fixed' ? avro : null)
      case 'ARRAY':
        return this.#array(schema, avro)
      case 'MAP':
        return this.#map(schema, avro)
      case 'STRUCT':
        return this.#record(schema, avro)
      default:
        throw dataError(`Unknown schema type: ${String(schema.type)}`)
    }
  }

  #array(schema: Schema, avro: AvroSchema): WriteValue {
    if (avro.kind !== 'array') throw unfit(schema, avro)
    const write = this.any(schema.valueSchema, avro.items)
    return (value) => {
      if (!Array.isArray(value)) throw wrongType(schema, value)
      return value.map((each: unknown) => write(each))
    }
  }

  #map(schema: Schema, avro: AvroSchema): WriteValue {
    const { keySchema, valueSchema } = schema
    if (avro.kind === 'map') {
      if (keySchema?.type !== 'STRING') throw unfit(schema, avro)
      const write = this.any(valueSchema, avro.values)
      return (value) =>
        entries(schema, value).map(([key, each]) => {
          if (typeof key !== 'string') throw dataError('A key of an Avro map must be a string')
          return { f0: key, f1: write(each) }
        })
    }
    const [keyField, valueField] = avro.kind === 'array' && avro.items.kind === 'record' ? avro.items.fields : []
    if (keyField === undefined || valueField === undefined) throw unfit(schema, avro)
    const [writeKey, writeEntry] = [this.any(keySchema, keyField.type), this.any(valueSchema, valueField.type)]
    return (value) => entries(schema, value).map(([key, each]) => ({ f0: writeKey(key), f1: writeEntry(each) }))
  }

  #record(schema: Schema, avro: AvroSchema): WriteValue {
    if (avro.kind !== 'record') throw unfit(schema, avro)
    const fields = this.#sharedFields(schema, avro)
    return (value) => {
      if (!isStruct(value)) throw wrongType(schema, value)
      checkStruct(schema, value)
      return fields.write(value.values)
    }
  }

  /** Found by the fields: a record inside itself has them under a schema of its own. */
  #sharedFields(schema: Schema, avro: AvroRecord): { write: WriteValue } {
    const known = this.#records.get(avro) ?? []
    this.#records.set(avro, known)
    const before = known.find((each) => each.schema.fields === schema.fields)
    if (before !== undefined) return before
    const made = { schema, write: (value: unknown): unknown => value }
    known.push(made)
    made.write = this.#fields(schema, avro)
    return made
  }

  /** Takes the struct's values. */
  #fields(schema: Schema, avro: AvroRecord): WriteValue {
    const Maker = this.#codec.records.get(avro)
    if (Maker === undefined) throw dataError(`No codec for the Avro record ${avro.name}`)
    const writers = avro.fields.map((field) => this.#field(schema, field))
    const count = writers.length
    return (structValues) => {
      const values: unknown[] = []
      for (let i = 0; i < count; i++) values.push((writers[i] as WriteValue)(structValues))
      return new Maker(...values)
    }
  }

  /** Takes the struct's values. */
  #field(schema: Schema, { name, type, defaultValue }: AvroRecord['fields'][number]): WriteValue {
    const scrub = this.#options.scrubInvalidNames
    const field =
      schema.field(name) ?? (scrub ? schema.fields.find((each) => scrubName(each.name) === name) : undefined)
    if (field === undefined) {
      if (defaultValue === undefined) {
        throw dataError(`The Avro schema has a field ${name} without default that the record has not`)
      }
      const own = avroToConnect(type, this.#options, null)
      const constant = own === null ? null : readDefault(own, type, defaultValue, this.#options)
      const written = this.any(own, type)(constant)
      return () => written
    }
    const write = this.any(field.schema, type)
    const getValue = this.#getter()
    const { index, schema: fieldSchema } = field
    return (values) => {
      try {
        return write(getValue((values as readonly unknown[])[index], fieldSchema))
      } catch (cause) {
        if (!isConnectError(cause)) throw cause
        throw dataError(`${cause.message} (field ${name})`, {
          cause,
          ...(cause.remedy === null ? {} : { remedy: cause.remedy }),
        })
      }
    }
  }

  /** What a field holds: its default in place of a null, unless told not to. */
  #getter(): (value: unknown, schema: Schema) => unknown {
    if (this.#options.ignoreDefaultForNullables) return (value) => value ?? null
    return (value, schema) => value ?? schema.defaultValue
  }
}

function scalar(schema: Schema): WriteValue {
  return (value) => checked(schema, value)
}

/** Checked as a value of the schema, then that of its base type. */
function checked(schema: Schema, value: unknown): unknown {
  return toBase(schema, checkValue(schema, value))
}

function enumWriter(schema: Schema, avro: AvroEnum): WriteValue {
  const indexes = new Map(avro.symbols.map((symbol, index) => [symbol, index]))
  return (value) => {
    if (typeof value !== 'string') throw wrongType(schema, value)
    const index = indexes.get(value)
    if (index === undefined) throw dataError(`${value} is not a symbol of the enum ${avro.name}`)
    return index
  }
}

function bytesWriter(schema: Schema, fixed: AvroFixed | null): WriteValue {
  return (value) => {
    const bytes = asBuffer(checked(schema, value) as Uint8Array)
    if (fixed === null || bytes.length === fixed.size) return bytes
    if (schema.name !== DECIMAL_NAME || bytes.length > fixed.size) {
      throw dataError(`${bytes.length} bytes for the fixed ${fixed.name} of ${fixed.size}`)
    }
    // The number's sign fills the bytes in front.
    const whole = Buffer.alloc(fixed.size, (bytes[0] as number) >= 128 ? 0xff : 0)
    bytes.copy(whole, fixed.size - bytes.length)
    return whole
  }
}

function entries(schema: Schema, value: unknown): (readonly [unknown, unknown])[] {
  if (value instanceof Map) return [...(value as ReadonlyMap<unknown, unknown>)]
  if (isPlainObject(value)) return Object.entries(value)
  throw wrongType(schema, value)
}

function checkStruct(schema: Schema, struct: { readonly schema: Schema }): void {
  if (!schemasEqual(struct.schema, schema)) throw dataError('Mismatching struct schema')
}

function fits(schema: Schema, avro: AvroSchema, ...kinds: readonly AvroSchema['kind'][]): void {
  if (!kinds.includes(avro.kind)) throw unfit(schema, avro)
}

function unfit(schema: Schema, avro: AvroSchema): Error {
  return dataError(`Values of the Connect schema ${schema.toString()} cannot be written as Avro ${avro.kind}`)
}

function wrongType(schema: Schema, value: unknown): Error {
  return dataError(`Invalid type for ${schema.type}: class ${javaClassName(value)}`)
}
