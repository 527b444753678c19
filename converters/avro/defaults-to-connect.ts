import {
  checkValue,
  DATE_NAME,
  DECIMAL_NAME,
  dataError,
  dateFromDays,
  dateFromMs,
  decimalFromBytes,
  int64,
  isConnectError,
  type Schema,
  Struct,
  TIME_NAME,
  TIMESTAMP_NAME,
  timeFromMs,
} from '../../api/index.ts'
import type { AvroSchema } from './avro-schema.ts'
import { isObject, type Json, member, toDouble } from './json.ts'
import { branchName, isMapEntry, isUnionSchema } from './kinds.ts'
import { scrubName } from './names.ts'
import type { AvroDataOptions } from './options.ts'

/** A default from Avro's JSON; null where there is none, or where it does not fit: it is ignored then, as AvroData does. */
export function readDefault(schema: Schema, avro: AvroSchema, json: Json, options: AvroDataOptions): unknown {
  try {
    return checkValue(schema, new Reader(options).read(schema, avro, json))
  } catch (error) {
    // A schema with a wrong default still describes its data; the default is what nobody can use.
    if (isConnectError(error)) return null
    throw error
  }
}

/** The logical value of what it sits on; any other value as it is. */
export function fromBase(schema: Schema, value: unknown): unknown {
  switch (schema.name ?? '') {
    case DECIMAL_NAME:
      return decimalFromBytes(schema, value as Uint8Array)
    case DATE_NAME:
      return dateFromDays(value as number)
    case TIME_NAME:
      return timeFromMs(value as number)
    case TIMESTAMP_NAME:
      return dateFromMs(value as number | bigint)
    default:
      return value
  }
}

class Reader {
  readonly #options: AvroDataOptions

  constructor(options: AvroDataOptions) {
    this.#options = options
  }

  read(schema: Schema, avro: AvroSchema, json: Json): unknown {
    if (json === null || json === undefined) return null
    return fromBase(schema, this.#base(schema, avro, json))
  }

  #base(schema: Schema, avro: AvroSchema, json: Json): unknown {
    switch (avro.kind) {
      case 'int':
      case 'long':
        if (typeof json !== 'number' && typeof json !== 'bigint') throw unfit(avro)
        return avro.kind === 'int' ? Number(json) : int64(json)
      case 'float':
        return Math.fround(toDouble(json))
      case 'double':
        return toDouble(json)
      case 'boolean':
      case 'string':
      case 'enum':
        return json
      case 'bytes':
      case 'fixed':
        if (typeof json !== 'string') throw unfit(avro)
        return Buffer.from(json, 'latin1')
      case 'array':
        return isMapEntry(avro.items) ? this.#entries(schema, avro.items, json) : this.#array(schema, avro.items, json)
      case 'map': {
        if (!isObject(json)) throw unfit(avro)
        return new Map(
          Object.entries(json).map(([key, each]) => [key, this.#member(schema.valueSchema, avro.values, each)]),
        )
      }
      case 'record':
        return this.#record(schema, avro, json)
      case 'union':
        return this.#union(schema, avro.branches, json)
      case 'null':
      default:
        return null
    }
  }

  #array(schema: Schema, items: AvroSchema, json: Json): unknown {
    if (!Array.isArray(json)) throw dataError('Invalid JSON for array default value')
    return json.map((each: Json) => this.#member(schema.valueSchema, items, each))
  }

  /** Written as pairs, since there is no Avro form of it. */
  #entries(schema: Schema, entry: AvroSchema, json: Json): unknown {
    if (!Array.isArray(json) || entry.kind !== 'record') throw dataError('Invalid JSON for map default value')
    const [key, value] = entry.fields
    return new Map(
      json.map((pair: Json) => {
        if (!Array.isArray(pair) || key === undefined || value === undefined) throw unfit(entry)
        const [left, right] = pair as readonly Json[]
        return [this.#member(schema.keySchema, key.type, left), this.#member(schema.valueSchema, value.type, right)]
      }),
    )
  }

  #record(schema: Schema, avro: AvroSchema & { kind: 'record' }, json: Json): Struct {
    if (!isObject(json)) throw dataError('Invalid JSON for record default value')
    const struct = new Struct(schema)
    for (const [index, field] of schema.fields.entries()) {
      const avroField = avro.fields[index]
      const each = member(json, this.#options.scrubInvalidNames ? scrubName(field.name) : field.name)
      if (avroField === undefined) continue
      struct.put(
        field,
        each === undefined ? field.schema.defaultValue : this.#member(field.schema, avroField.type, each),
      )
    }
    return struct
  }

  #union(schema: Schema, branches: readonly AvroSchema[], json: Json): Struct | null {
    const [first] = branches
    if (first === undefined || first.kind === 'null') return null
    const field = schema.field(branchName(first, 0, this.#options))
    return field === undefined ? null : new Struct(schema).put(field, this.read(field.schema, first, json))
  }

  #member(schema: Schema | null, avro: AvroSchema, json: Json): unknown {
    if (schema === null) throw unfit(avro)
    if (avro.kind !== 'union' || isUnionSchema(schema)) return this.read(schema, avro, json)
    const branch = avro.branches.find((each) => each.kind !== 'null')
    return branch === undefined ? null : this.read(schema, branch, json)
  }
}

function unfit(avro: AvroSchema): Error {
  return dataError(`Invalid JSON for the default value of an Avro ${avro.kind}`)
}
