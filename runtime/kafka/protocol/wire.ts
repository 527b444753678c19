/** Bytes that do not follow the protocol: cut short, or with a value that cannot be. */
export class WireFormatError extends Error {
  override readonly name = 'WireFormatError'
}

/** Byte strings up to this size are copied into the message; longer ones are passed on by reference. */
const COPIED_BYTES_MAX = 512
const CHUNK_BYTES = 1024
const TWO_POW_32 = 0x1_0000_0000
const NIL_UUID_BYTES = 16

/**
 * Writes protocol primitives, big endian, into a list of chunks.
 *
 * Record batches go in by reference, so a Produce request costs no copy of its records: `finish` gives the chunks
 * for a gathered socket write.
 */
export class Writer {
  readonly #chunks: Uint8Array[] = []
  #chunkBytes = 0
  #buffer: Buffer
  #from = 0
  #at = 0

  constructor(initialBytes = CHUNK_BYTES) {
    this.#buffer = Buffer.allocUnsafe(initialBytes)
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#chunkBytes + this.#at - this.#from
  }

  int8(value: number): void {
    this.#room(1)
    this.#at = this.#buffer.writeInt8(value, this.#at)
  }

  int16(value: number): void {
    this.#room(2)
    this.#at = this.#buffer.writeInt16BE(value, this.#at)
  }

  uint16(value: number): void {
    this.#room(2)
    this.#at = this.#buffer.writeUInt16BE(value, this.#at)
  }

  int32(value: number): void {
    this.#room(4)
    this.#at = this.#buffer.writeInt32BE(value, this.#at)
  }

  /** A safe integer as 64 bits; anything beyond 2^53 is a programming error. */
  int64(value: number): void {
    if (!Number.isSafeInteger(value)) throw new RangeError(`Not a safe integer for an INT64 field: ${value}`)
    this.#room(8)
    this.#buffer.writeInt32BE(Math.floor(value / TWO_POW_32), this.#at)
    this.#at = this.#buffer.writeUInt32BE(value >>> 0, this.#at + 4)
  }

  float64(value: number): void {
    this.#room(8)
    this.#at = this.#buffer.writeDoubleBE(value, this.#at)
  }

  bool(value: boolean): void {
    this.int8(value ? 1 : 0)
  }

  /** Unsigned varint of at most 32 bits. */
  uvarint(value: number): void {
    this.#room(5)
    const buffer = this.#buffer
    let at = this.#at
    let rest = value >>> 0
    while (rest > 0x7f) {
      buffer[at++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    buffer[at++] = rest
    this.#at = at
  }

  /** Sixteen bytes from their base64url form, which is how Kafka prints topic ids. */
  uuid(value: string): void {
    const bytes = Buffer.from(value, 'base64url')
    if (bytes.length !== NIL_UUID_BYTES) throw new RangeError(`Not a UUID in base64url: ${value}`)
    this.raw(bytes)
  }

  /** The UTF-8 bytes of a string, without a length. */
  utf8(value: string, byteLength: number): void {
    this.#room(byteLength)
    this.#at += this.#buffer.write(value, this.#at, byteLength, 'utf8')
  }

  /** Bytes without a length; long ones by reference, so they must not change until the message is sent. */
  raw(value: Uint8Array): void {
    if (value.length <= COPIED_BYTES_MAX) {
      this.#room(value.length)
      this.#buffer.set(value, this.#at)
      this.#at += value.length
      return
    }
    this.#closeChunk()
    this.#chunks.push(value)
    this.#chunkBytes += value.length
  }

  /** The message as chunks in order. The writer must not be used after it. */
  finish(): Uint8Array[] {
    this.#closeChunk()
    return this.#chunks
  }

  /** The message in one buffer. */
  toBuffer(): Buffer {
    const chunks = this.finish()
    const only = chunks.length === 1 ? chunks[0] : undefined
    return only !== undefined && Buffer.isBuffer(only) ? only : Buffer.concat(chunks)
  }

  #closeChunk(): void {
    if (this.#at === this.#from) return
    this.#chunks.push(this.#buffer.subarray(this.#from, this.#at))
    this.#chunkBytes += this.#at - this.#from
    this.#from = this.#at
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.length) return
    this.#closeChunk()
    this.#buffer = Buffer.allocUnsafe(Math.max(CHUNK_BYTES, bytes))
    this.#from = 0
    this.#at = 0
  }
}

/** Reads protocol primitives. Byte strings are slices of the message, not copies. */
export class Reader {
  readonly #buffer: Buffer
  #at: number

  constructor(buffer: Buffer, at = 0) {
    this.#buffer = buffer
    this.#at = at
  }

  get position(): number {
    return this.#at
  }

  get remaining(): number {
    return this.#buffer.length - this.#at
  }

  int8(): number {
    const value = this.#buffer.readInt8(this.#need(1))
    this.#at += 1
    return value
  }

  int16(): number {
    const value = this.#buffer.readInt16BE(this.#need(2))
    this.#at += 2
    return value
  }

  /** The next INT16, not taken off: an error code that decides about the layout of what follows. */
  peekInt16(): number {
    return this.#buffer.readInt16BE(this.#need(2))
  }

  uint16(): number {
    const value = this.#buffer.readUInt16BE(this.#need(2))
    this.#at += 2
    return value
  }

  int32(): number {
    const value = this.#buffer.readInt32BE(this.#need(4))
    this.#at += 4
    return value
  }

  /** Offsets, ids and times; a value beyond 2^53 is refused rather than rounded. */
  int64(): number {
    const at = this.#need(8)
    const value = this.#buffer.readInt32BE(at) * TWO_POW_32 + this.#buffer.readUInt32BE(at + 4)
    if (!Number.isSafeInteger(value)) throw new WireFormatError(`INT64 beyond the safe integers at byte ${at}`)
    this.#at += 8
    return value
  }

  float64(): number {
    const value = this.#buffer.readDoubleBE(this.#need(8))
    this.#at += 8
    return value
  }

  bool(): boolean {
    return this.int8() !== 0
  }

  uvarint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#buffer[this.#need(1)] ?? 0
      this.#at += 1
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value >>> 0
    }
    throw new WireFormatError(`Varint longer than 5 bytes before byte ${this.#at}`)
  }

  uuid(): string {
    return this.raw(NIL_UUID_BYTES).toString('base64url')
  }

  utf8(byteLength: number): string {
    const at = this.#need(byteLength)
    this.#at += byteLength
    return this.#buffer.toString('utf8', at, this.#at)
  }

  /** A slice of the message. */
  raw(byteLength: number): Buffer {
    const at = this.#need(byteLength)
    this.#at += byteLength
    return this.#buffer.subarray(at, this.#at)
  }

  #need(bytes: number): number {
    if (bytes < 0 || this.#at + bytes > this.#buffer.length) {
      throw new WireFormatError(
        `Message cut short: ${bytes} bytes wanted at byte ${this.#at} of ${this.#buffer.length}`,
      )
    }
    return this.#at
  }
}
