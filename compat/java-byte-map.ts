import { ConnectError } from '../api/index.ts'

/**
 * A `java.util.HashMap<byte[], byte[]>` in Java's serialised form (Java Object Serialization Specification, version 5): the
 * form of Connect's offset files.
 */

export type ByteEntry = readonly [key: Uint8Array | null, value: Uint8Array | null]

const MAGIC_AND_VERSION = 0xaced0005
const FIRST_HANDLE = 0x7e0000

const TC = {
  null: 0x70,
  reference: 0x71,
  classDesc: 0x72,
  object: 0x73,
  array: 0x75,
  blockData: 0x77,
  end: 0x78,
} as const

/** Flags of a class: it has fields, and for the map a `writeObject` of its own. */
const SERIALIZABLE = 0x02
const WRITE_METHOD = 0x01

const MAP_CLASS = 'java.util.HashMap'
const MAP_UID = 0x0507dac1c31660d1n
const ARRAY_CLASS = '[B'
const ARRAY_UID = 0xacf317f8060854e0n

const LOAD_FACTOR = 0.75
const BUCKETS_MIN = 16

/** @throws `DATA_INVALID` saying what is not as it should be, and at which byte */
export function decodeByteMap(bytes: Uint8Array): ByteEntry[] {
  return new MapReader(bytes).read()
}

/** As Java writes a map of that many entries, in the order given: a Java map has none of its own. */
export function encodeByteMap(entries: readonly ByteEntry[]): Uint8Array {
  const writer = new MapWriter()
  writer.map(entries)
  return writer.bytes()
}

/** What an object of the stream is, by its handle: later ones refer to it. */
type Seen =
  | { readonly kind: 'class'; readonly name: string }
  | { readonly kind: 'array'; readonly bytes: Uint8Array }
  | null

class MapReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #seen: Seen[] = []
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  read(): ByteEntry[] {
    if (this.#u32() !== MAGIC_AND_VERSION) throw this.#wrong('is not a serialised Java object', 4)
    this.#expect(TC.object, 'an object')
    if (this.#classDesc() !== MAP_CLASS) throw this.#wrong(`is not a ${MAP_CLASS}`)
    this.#seen.push(null)
    this.#take(8) // loadFactor and threshold: of the map it was, not of what it holds
    this.#expect(TC.blockData, 'the size of the map')
    if (this.#u8() !== 8) throw this.#wrong('has no size', 1)
    this.#take(4) // buckets
    const count = this.#u32()
    const entries: ByteEntry[] = []
    for (let i = 0; i < count; i++) entries.push([this.#array(), this.#array()])
    this.#expect(TC.end, 'the end of the map')
    if (this.#at !== this.#bytes.length) throw this.#wrong('goes on after the end of the map')
    return entries
  }

  /** A byte array, one that was there before, or null. */
  #array(): Uint8Array | null {
    const tag = this.#u8()
    if (tag === TC.null) return null
    if (tag === TC.reference) {
      const seen = this.#referred()
      if (seen?.kind !== 'array') throw this.#wrong('refers to what is no byte array', 4)
      return seen.bytes
    }
    if (tag !== TC.array) throw this.#wrong('holds something else than byte arrays', 1)
    if (this.#classDesc() !== ARRAY_CLASS) throw this.#wrong('holds something else than byte arrays')
    const handle = this.#seen.push(null) - 1
    const bytes = this.#take(this.#u32()).slice()
    this.#seen[handle] = { kind: 'array', bytes }
    return bytes
  }

  /** The name of the class; what it says of its fields is fixed for the two that may be here. */
  #classDesc(): string {
    const tag = this.#u8()
    if (tag === TC.reference) {
      const seen = this.#referred()
      if (seen?.kind !== 'class') throw this.#wrong('refers to what is no class', 4)
      return seen.name
    }
    if (tag !== TC.classDesc) throw this.#wrong('has no class', 1)
    const name = this.#text()
    const known = name === MAP_CLASS ? MAP_UID : name === ARRAY_CLASS ? ARRAY_UID : null
    if (known === null) throw this.#wrong(`holds a ${name}, where only ${MAP_CLASS} and byte arrays may be`)
    if (this.#u64() !== known) throw this.#wrong(`has another version of the class ${name}`, 8)
    this.#seen.push({ kind: 'class', name })
    this.#take(1) // flags
    for (let fields = this.#u16(); fields > 0; fields--) {
      this.#take(1) // type
      this.#text()
    }
    this.#expect(TC.end, 'the end of a class')
    this.#expect(TC.null, 'a class without a superclass')
    return name
  }

  #referred(): Seen {
    return this.#seen[this.#u32() - FIRST_HANDLE] ?? null
  }

  #expect(tag: number, what: string): void {
    if (this.#u8() !== tag) throw this.#wrong(`has not ${what}`, 1)
  }

  #text(): string {
    return String.fromCharCode(...this.#take(this.#u16()))
  }

  #u8(): number {
    return this.#view.getUint8(this.#move(1))
  }

  #u16(): number {
    return this.#view.getUint16(this.#move(2))
  }

  #u32(): number {
    return this.#view.getUint32(this.#move(4))
  }

  #u64(): bigint {
    return this.#view.getBigUint64(this.#move(8))
  }

  #take(count: number): Uint8Array {
    const from = this.#move(count)
    return this.#bytes.subarray(from, from + count)
  }

  #move(count: number): number {
    const from = this.#at
    if (from + count > this.#bytes.length) throw this.#wrong('ends too early')
    this.#at += count
    return from
  }

  #wrong(what: string, back = 0): ConnectError {
    return new ConnectError('DATA_INVALID', `the data ${what} (at byte ${this.#at - back} of ${this.#bytes.length})`)
  }
}

class MapWriter {
  readonly #parts: Uint8Array[] = []

  bytes(): Uint8Array {
    return Buffer.concat(this.#parts)
  }

  map(entries: readonly ByteEntry[]): void {
    let buckets = BUCKETS_MIN
    while (buckets * LOAD_FACTOR < entries.length) buckets *= 2
    this.#u32(MAGIC_AND_VERSION)
    this.#u8(TC.object)
    this.#classDesc(MAP_CLASS, MAP_UID, SERIALIZABLE | WRITE_METHOD, ['FloadFactor', 'Ithreshold'])
    this.#float(LOAD_FACTOR)
    this.#u32(entries.length === 0 ? 0 : buckets * LOAD_FACTOR)
    this.#u8(TC.blockData)
    this.#u8(8)
    this.#u32(buckets)
    this.#u32(entries.length)
    let first = true
    for (const bytes of entries.flat()) {
      if (bytes === null) {
        this.#u8(TC.null)
        continue
      }
      this.#u8(TC.array)
      if (first) this.#classDesc(ARRAY_CLASS, ARRAY_UID, SERIALIZABLE, [])
      else this.#arrayClass()
      first = false
      this.#u32(bytes.length)
      this.#parts.push(bytes)
    }
    this.#u8(TC.end)
  }

  /** @param fields each its type's letter and its name */
  #classDesc(name: string, uid: bigint, flags: number, fields: readonly string[]): void {
    this.#u8(TC.classDesc)
    this.#text(name)
    this.#number(8, (view) => view.setBigUint64(0, uid))
    this.#u8(flags)
    this.#number(2, (view) => view.setUint16(0, fields.length))
    for (const field of fields) {
      this.#u8(field.charCodeAt(0))
      this.#text(field.slice(1))
    }
    this.#u8(TC.end)
    this.#u8(TC.null)
  }

  /** The class of byte arrays is the third thing of the stream that has a handle, after the map's class and the map. */
  #arrayClass(): void {
    this.#u8(TC.reference)
    this.#u32(FIRST_HANDLE + 2)
  }

  #text(text: string): void {
    this.#number(2, (view) => view.setUint16(0, text.length))
    this.#parts.push(Uint8Array.from(text, (char) => char.charCodeAt(0)))
  }

  #u8(value: number): void {
    this.#parts.push(Uint8Array.of(value))
  }

  #u32(value: number): void {
    this.#number(4, (view) => view.setUint32(0, value))
  }

  #float(value: number): void {
    this.#number(4, (view) => view.setFloat32(0, value))
  }

  #number(size: number, set: (view: DataView) => void): void {
    const bytes = new Uint8Array(size)
    set(new DataView(bytes.buffer))
    this.#parts.push(bytes)
  }
}
