/**
 * Kafka's primitive types, big endian, for the few formats that core reads and writes itself (group metadata and assignments).
 * Wire messages have their codecs in runtime/kafka/protocol.
 */

/** Bytes that are not what their format says: cut short, or holding an impossible length. */
export class MalformedBytesError extends Error {
  override readonly name = 'MalformedBytesError'
}

const utf8 = new TextDecoder('utf-8')

export class ByteWriter {
  #buffer: Buffer
  #length = 0

  constructor(sizeHint = 256) {
    this.#buffer = Buffer.allocUnsafe(sizeHint)
  }

  int16(value: number): this {
    this.#length = this.#room(2).writeInt16BE(value, this.#length)
    return this
  }

  int32(value: number): this {
    this.#length = this.#room(4).writeInt32BE(value, this.#length)
    return this
  }

  int64(value: number): this {
    this.#length = this.#room(8).writeBigInt64BE(BigInt(value), this.#length)
    return this
  }

  /** int16 length and UTF-8. */
  string(value: string): this {
    const size = Buffer.byteLength(value)
    this.int16(size)
    this.#length += this.#room(size).write(value, this.#length)
    return this
  }

  nullableString(value: string | null): this {
    return value === null ? this.int16(-1) : this.string(value)
  }

  /** int32 length, -1 for null. */
  nullableBytes(value: Uint8Array | null): this {
    if (value === null) return this.int32(-1)
    this.int32(value.length)
    this.#room(value.length).set(value, this.#length)
    this.#length += value.length
    return this
  }

  /** int32 count, then each item. */
  array<T>(items: Iterable<T>, write: (item: T) => void): this {
    const list = Array.isArray(items) ? (items as readonly T[]) : [...items]
    this.int32(list.length)
    for (const item of list) write(item)
    return this
  }

  bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length)
  }

  #room(size: number): Buffer {
    if (this.#length + size > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + size))
      this.#buffer.copy(grown, 0, 0, this.#length)
      this.#buffer = grown
    }
    return this.#buffer
  }
}

export class ByteReader {
  readonly #view: DataView
  readonly #source: Uint8Array
  #offset = 0

  constructor(source: Uint8Array) {
    this.#source = source
    this.#view = new DataView(source.buffer, source.byteOffset, source.byteLength)
  }

  /** How many bytes are left. */
  get remaining(): number {
    return this.#source.length - this.#offset
  }

  int16(): number {
    return this.#view.getInt16(this.#take(2))
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4))
  }

  /** Kafka offsets are `number` here; what does not fit is refused rather than rounded. */
  int64(): number {
    const value = this.#view.getBigInt64(this.#take(8))
    const number = Number(value)
    if (!Number.isSafeInteger(number)) throw new MalformedBytesError(`${value} is out of range for an offset`)
    return number
  }

  string(): string {
    const value = this.nullableString()
    if (value === null) throw new MalformedBytesError('null where a string is required')
    return value
  }

  nullableString(): string | null {
    const size = this.int16()
    if (size < 0) return null
    const start = this.#take(size)
    return utf8.decode(this.#source.subarray(start, start + size))
  }

  /** A view into the source, not a copy. */
  nullableBytes(): Uint8Array | null {
    const size = this.int32()
    if (size < 0) return null
    const start = this.#take(size)
    return this.#source.subarray(start, start + size)
  }

  /** An array; null for a null one. A count beyond the bytes that are left is refused before anything is allocated. */
  nullableArray<T>(read: () => T): T[] | null {
    const count = this.int32()
    if (count < 0) return null
    if (count > this.remaining) throw new MalformedBytesError(`${count} items announced, ${this.remaining} bytes left`)
    return Array.from({ length: count }, read)
  }

  array<T>(read: () => T): T[] {
    return this.nullableArray(read) ?? []
  }

  #take(size: number): number {
    const start = this.#offset
    if (start + size > this.#source.length) {
      throw new MalformedBytesError(`${size} bytes wanted at ${start}, ${this.remaining} left`)
    }
    this.#offset = start + size
    return start
  }
}
