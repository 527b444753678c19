import { dataError, isConnectError } from '../../api/index.ts'
import type { AvroSchema, AvroUnion } from './avro-schema.ts'
import { EXACT_LONG } from './exact-long.ts'
import { messageOf } from './json.ts'
import { type AvscOptions, type AvscTap, type AvscType, avsc } from './load-avsc.ts'

/**
 * Reads and writes one schema by avsc. What avsc sees is the schema's shape alone, so that no name of a schema ever
 * becomes the name of a property: fields are `f0`, `f1`…, an enum is its index, a map is an array of entries, and a
 * branch of a union of several types is a record around its value. All these have the very same bytes.
 */
export interface AvroCodec {
  /** Writes `value` after `start` bytes left free. @throws `DATA_INVALID` */
  write(value: unknown, start: number): Buffer
  /** Bytes after the value are left alone, as Java's Avro does. @throws `DATA_INVALID` */
  read(bytes: Buffer, start: number): unknown
  /** Makes a record for avsc of its fields' values. */
  readonly records: ReadonlyMap<AvroSchema, RecordMaker>
  /** Of unions of several types: what the one member of a branch's value is called, null for the branch null. */
  readonly branchKeys: ReadonlyMap<AvroSchema, readonly (string | null)[]>
}

export type RecordMaker = new (...values: readonly unknown[]) => object

export function makeCodec(schema: AvroSchema): AvroCodec {
  const shapes = new Shapes()
  const type = build(shapes.of(schema), shapes)
  const output = new Output()
  return {
    records: shapes.records,
    branchKeys: shapes.branchKeys,
    write: (value, start) => guarded('write', () => output.write(type, value, start)),
    read(bytes, start) {
      zeroSizeItems = 0
      const { value, offset } = guarded('read', () => type.decode(bytes, start))
      if (offset < 0) throw dataError('The Avro data end before the value does')
      return value
    },
  }
}

function guarded<T>(what: 'read' | 'write', run: () => T): T {
  try {
    return run()
  } catch (cause) {
    if (isConnectError(cause)) throw cause
    // avsc says what is wrong in plain errors; a stack that is too deep is the data's doing as well.
    throw dataError(what === 'read' ? `Not a value of the Avro schema: ${messageOf(cause)}` : messageOf(cause), {
      cause,
    })
  }
}

type Shape = string | readonly Shape[] | { readonly [name: string]: unknown }

class Shapes {
  readonly records = new Map<AvroSchema, RecordMaker>()
  readonly branchKeys = new Map<AvroSchema, readonly (string | null)[]>()
  readonly byName = new Map<string, AvroSchema>()
  readonly #names = new Map<AvroSchema, string>()
  #count = 0

  of(schema: AvroSchema): Shape {
    switch (schema.kind) {
      case 'record':
        return this.#record(schema)
      case 'enum':
        return 'int'
      case 'fixed':
        return { type: 'fixed', name: this.#nextName(), size: schema.size }
      case 'array':
        return { type: 'array', items: this.of(schema.items) }
      case 'map':
        return { type: 'array', items: this.#around('string', this.of(schema.values)) }
      case 'union':
        return this.#union(schema)
      case 'null':
      case 'boolean':
      case 'int':
      case 'long':
      case 'float':
      case 'double':
      case 'string':
      case 'bytes':
      default:
        return schema.kind
    }
  }

  #record(schema: AvroSchema & { kind: 'record' }): Shape {
    const known = this.#names.get(schema)
    if (known !== undefined) return known
    const name = this.#nextName()
    this.#names.set(schema, name)
    this.byName.set(name, schema)
    return {
      type: 'record',
      name,
      fields: schema.fields.map(({ type }, i) => ({ name: `f${i}`, type: this.of(type) })),
    }
  }

  #union(schema: AvroUnion): Shape {
    const { branches } = schema
    if (branches.filter((branch) => branch.kind !== 'null').length <= 1)
      return branches.map((branch) => this.of(branch))
    const keys: (string | null)[] = []
    const shapes = branches.map((branch) => {
      if (branch.kind === 'null') {
        keys.push(null)
        return 'null'
      }
      const shape = this.#around(this.of(branch))
      keys.push(shape.name)
      return shape
    })
    this.branchKeys.set(schema, keys)
    return shapes
  }

  #around(...types: readonly Shape[]): { readonly type: 'record'; readonly name: string; readonly fields: unknown } {
    return { type: 'record', name: this.#nextName(), fields: types.map((type, i) => ({ name: `f${i}`, type })) }
  }

  #nextName(): string {
    this.#count += 1
    return `T${this.#count}`
  }
}

function build(shape: Shape, shapes: Shapes): AvscType {
  const { Type, types } = avsc()
  const registry: Record<string, AvscType> = { long: types.LongType.__with(EXACT_LONG, true) }
  const Bounded = boundedArray()
  const typeHook = (each: Shape, options: AvscOptions): AvscType | undefined =>
    typeof each === 'object' && !Array.isArray(each) && (each as { readonly type?: unknown }).type === 'array'
      ? new Bounded(each, options)
      : undefined
  const type = Type.forSchema(shape, { registry, typeHook })
  for (const [name, schema] of shapes.byName) {
    const made = registry[name]
    if (made !== undefined) shapes.records.set(schema, made.recordConstructor)
  }
  return type
}

/** How many items without any bytes one record may have: nothing in its length bounds them. */
const ZERO_SIZE_ITEMS_MAX = 100_000
let zeroSizeItems = 0

type ArrayTypeClass = ReturnType<typeof avsc>['types']['ArrayType']
let boundedClass: ArrayTypeClass | null = null

/** avsc's array, but for a length that is checked before it is believed. */
function boundedArray(): ArrayTypeClass {
  boundedClass ??= class BoundedArray extends avsc().types.ArrayType {
    override _read(tap: AvscTap): unknown[] {
      const values: unknown[] = []
      for (let count = tap.readLong(); count !== 0; count = tap.readLong()) {
        if (count < 0) {
          count = -count
          tap.skipLong()
        }
        readBlock(tap, this.itemsType, count, values)
      }
      return values
    }
  }
  return boundedClass
}

function readBlock(tap: AvscTap, items: AvscType, count: number, values: unknown[]): void {
  for (let left = count; left > 0; left--) {
    const before = tap.pos
    values.push(items._read(tap))
    if (tap.pos > tap.buf.length) throw dataError('The Avro data end before the value does')
    if (tap.pos > before) continue
    zeroSizeItems += 1
    if (zeroSizeItems > ZERO_SIZE_ITEMS_MAX) throw dataError('Too many items without content in an Avro array')
  }
}

const SLAB_BYTES = 64 * 1024

/** Records lie next to each other in slabs that are never written twice. */
class Output {
  #slab = Buffer.alloc(0)
  #used = 0

  write(type: AvscType, value: unknown, start: number): Buffer {
    const end = this.#slab.length === 0 ? -1 : type.encode(value, this.#slab, this.#used + start)
    if (end > 0 && end <= this.#slab.length) return this.#take(end)
    // A first try on an empty slab tells how much is missing.
    this.#slab = Buffer.allocUnsafeSlow(SLAB_BYTES)
    this.#used = 0
    const again = type.encode(value, this.#slab, start)
    if (again > 0 && again <= SLAB_BYTES) return this.#take(again)
    const whole = Buffer.allocUnsafeSlow(SLAB_BYTES - again)
    type.encode(value, whole, start)
    return whole
  }

  #take(end: number): Buffer {
    const bytes = this.#slab.subarray(this.#used, end)
    this.#used = end
    return bytes
  }
}
