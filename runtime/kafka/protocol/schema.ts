import { type Reader, WireFormatError, Writer } from './wire.ts'

/** Reads and writes one field in one version of a message. */
export interface Codec {
  write(writer: Writer, value: unknown): void
  read(reader: Reader): unknown
}

/** What a field holds, before its versions are known. `flexible` messages have compact lengths and tagged fields. */
interface FieldType {
  /** The value of a field that a version lacks, unless the field names its own. */
  zero(): unknown
  codec(version: number, flexible: boolean, nullable: boolean): Codec
}

interface FieldSpec {
  readonly type: FieldType
  readonly since: number
  readonly until: number
  readonly nullableSince: number
  readonly fallback: (() => unknown) | null
  readonly tag: number | null
}

/**
 * A field of a message: its type, the versions that have it, and what stands in for it in the others.
 *
 * `Out` is what decoding gives, `In` what encoding takes; `Optional` fields may be left out when encoding. A field
 * that the chosen version lacks is not sent.
 */
export class Field<Out, In, Optional extends boolean> {
  declare readonly out: Out
  declare readonly in: In
  declare readonly optional: Optional
  readonly spec: FieldSpec

  constructor(spec: FieldSpec) {
    this.spec = spec
  }

  /** First version with the field. */
  from(version: number): Field<Out, In, true> {
    return new Field({ ...this.spec, since: version })
  }

  /** Last version with the field. */
  until(version: number): Field<Out, In, true> {
    return new Field({ ...this.spec, until: version })
  }

  /** May be null, from this version on. */
  nullable(since = 0): Field<Out | null, In | null, Optional> {
    return new Field({ ...this.spec, nullableSince: since })
  }

  /** What stands for the field where it is left out. */
  default(value: Out): Field<Out, In, true> {
    return new Field({ ...this.spec, fallback: () => value })
  }

  /** Sent as a tagged field, when it is given at all. */
  tagged(tag: number): Field<Out, In, true> {
    return new Field({ ...this.spec, tag })
  }
}

export type AnyField = Field<unknown, unknown, boolean>
export type Fields = {
  readonly [name: string]: {
    readonly out: unknown
    readonly in: unknown
    readonly optional: boolean
    readonly spec: FieldSpec
  }
}

type OptionalNames<F extends Fields> = { [K in keyof F]: F[K]['optional'] extends true ? K : never }[keyof F]

/** What decoding a struct gives: every field, with defaults for those that the version lacks. */
export type Decoded<F extends Fields> = { -readonly [K in keyof F]: F[K]['out'] }
/** What encoding a struct takes. */
export type Encodable<F extends Fields> = { readonly [K in Exclude<keyof F, OptionalNames<F>>]: F[K]['in'] } & {
  readonly [K in OptionalNames<F>]?: F[K]['in'] | undefined
}

const ALWAYS = {
  since: 0,
  until: Number.MAX_SAFE_INTEGER,
  nullableSince: Number.MAX_SAFE_INTEGER,
  fallback: null,
  tag: null,
}

function field<T>(type: FieldType): Field<T, T, false> {
  return new Field({ ...ALWAYS, type })
}

function fixed(zero: unknown, write: (w: Writer, value: never) => void, read: (r: Reader) => unknown): FieldType {
  const codec: Codec = { write, read }
  return { zero: () => zero, codec: () => codec }
}

export const int8 = field<number>(
  fixed(
    0,
    (w, v: number) => w.int8(v),
    (r) => r.int8(),
  ),
)
export const int16 = field<number>(
  fixed(
    0,
    (w, v: number) => w.int16(v),
    (r) => r.int16(),
  ),
)
export const int32 = field<number>(
  fixed(
    0,
    (w, v: number) => w.int32(v),
    (r) => r.int32(),
  ),
)
/** A number; the reader refuses values beyond 2^53. */
export const int64 = field<number>(
  fixed(
    0,
    (w, v: number) => w.int64(v),
    (r) => r.int64(),
  ),
)
export const bool = field<boolean>(
  fixed(
    false,
    (w, v: boolean) => w.bool(v),
    (r) => r.bool(),
  ),
)
/** The topic id that means none. */
export const NIL_UUID = 'A'.repeat(22)

/** A topic id in base64url, as Kafka prints it. */
export const uuid = field<string>(
  fixed(
    NIL_UUID,
    (w, v: string) => w.uuid(v),
    (r) => r.uuid(),
  ),
)

const EMPTY = Buffer.alloc(0)

export const string = field<string>({
  zero: () => '',
  codec: (_version, flexible, nullable) => ({
    write(w, value) {
      if (value === null) return writeNull(w, flexible ? 'compact' : 'int16', nullable)
      const text = value as string
      const byteLength = Buffer.byteLength(text)
      if (flexible) w.uvarint(byteLength + 1)
      else w.int16(byteLength)
      w.utf8(text, byteLength)
    },
    read(r) {
      const length = flexible ? r.uvarint() - 1 : r.int16()
      return length < 0 ? readNull(nullable, 'string') : r.utf8(length)
    },
  }),
})

const bytesType: FieldType = {
  zero: () => EMPTY,
  codec: (_version, flexible, nullable) => ({
    write(w, value) {
      if (value === null) return writeNull(w, flexible ? 'compact' : 'int32', nullable)
      const bytes = value as Uint8Array
      if (flexible) w.uvarint(bytes.length + 1)
      else w.int32(bytes.length)
      w.raw(bytes)
    },
    read(r) {
      const length = flexible ? r.uvarint() - 1 : r.int32()
      return length < 0 ? readNull(nullable, 'bytes') : r.raw(length)
    },
  }),
}

/** Bytes; decoded as a slice of the message. */
export const bytes: Field<Buffer, Uint8Array, false> = new Field({ ...ALWAYS, type: bytesType })

/** Record batches as they stand in the message, or in several pieces that follow one another. */
export const records: Field<Buffer, Uint8Array | readonly Uint8Array[], false> = new Field({
  ...ALWAYS,
  type: {
    zero: () => EMPTY,
    codec: (version, flexible, nullable) => {
      const whole = bytesType.codec(version, flexible, nullable)
      return {
        read: whole.read,
        write(w, value) {
          if (!Array.isArray(value)) return whole.write(w, value)
          const pieces = value as readonly Uint8Array[]
          const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
          if (flexible) w.uvarint(length + 1)
          else w.int32(length)
          for (const piece of pieces) w.raw(piece)
        },
      }
    },
  },
})

/** An array of structs, or of one primitive. */
export function array<F extends Fields>(fields: F): Field<Decoded<F>[], readonly Encodable<F>[], false>
export function array<Out, In>(element: Field<Out, In, false>): Field<Out[], readonly In[], false>
export function array(element: Fields | AnyField): AnyField {
  const type = element instanceof Field ? element.spec.type : structType(element)
  return new Field({ ...ALWAYS, type: arrayType(type) })
}

/** A struct inside a message. */
export function struct<F extends Fields>(fields: F): Field<Decoded<F>, Encodable<F>, false> {
  return new Field({ ...ALWAYS, type: structType(fields) })
}

function arrayType(element: FieldType): FieldType {
  return {
    zero: () => [],
    codec(version, flexible, nullable) {
      const codec = element.codec(version, flexible, false)
      return {
        write(w, value) {
          if (value === null) return writeNull(w, flexible ? 'compact' : 'int32', nullable)
          const items = value as readonly unknown[]
          if (flexible) w.uvarint(items.length + 1)
          else w.int32(items.length)
          for (const item of items) codec.write(w, item)
        },
        read(r) {
          const count = flexible ? r.uvarint() - 1 : r.int32()
          if (count < 0) return readNull(nullable, 'array')
          // No element is empty on the wire, so a count beyond the bytes left is a lie and not worth allocating for.
          if (count > r.remaining) throw new WireFormatError(`Array of ${count} elements in ${r.remaining} bytes`)
          const items: unknown[] = []
          for (let i = 0; i < count; i++) items.push(codec.read(r))
          return items
        },
      }
    },
  }
}

function structType(fields: Fields): FieldType {
  return { zero: () => defaults(fields), codec: (version, flexible) => structCodec(fields, version, flexible) }
}

interface CompiledField {
  readonly name: string
  readonly codec: Codec
  readonly nullable: boolean
  readonly fallback: () => unknown
}

function defaults(fields: Fields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, f]) => [name, fallbackOf(f.spec)()]))
}

function fallbackOf(spec: FieldSpec): () => unknown {
  return spec.fallback ?? spec.type.zero
}

/** The codec of a struct in one version. */
export function structCodec(fields: Fields, version: number, flexible: boolean): Codec {
  const plain: CompiledField[] = []
  const tagged = new Map<number, CompiledField>()
  const absent: { name: string; fallback: () => unknown }[] = []
  for (const [name, { spec }] of Object.entries(fields)) {
    const fallback = fallbackOf(spec)
    const present = version >= spec.since && version <= spec.until
    const nullable = version >= spec.nullableSince
    if (!present || spec.tag !== null) absent.push({ name, fallback })
    if (!present) continue
    const compiled = { name, nullable, fallback, codec: spec.type.codec(version, flexible, nullable) }
    if (spec.tag === null) plain.push(compiled)
    else tagged.set(spec.tag, compiled)
  }
  return {
    write(w, value) {
      const from = value as Readonly<Record<string, unknown>>
      for (const f of plain) {
        const given = from[f.name]
        f.codec.write(w, given === undefined ? f.fallback() : given)
      }
      if (flexible) writeTagged(w, tagged, from)
    },
    read(r) {
      const into: Record<string, unknown> = {}
      for (const f of plain) into[f.name] = f.codec.read(r)
      for (const f of absent) into[f.name] = f.fallback()
      if (flexible) readTagged(r, tagged, into)
      return into
    },
  }
}

function writeTagged(
  w: Writer,
  tagged: ReadonlyMap<number, CompiledField>,
  from: Readonly<Record<string, unknown>>,
): void {
  const given = [...tagged].filter(([, f]) => from[f.name] !== undefined && from[f.name] !== f.fallback())
  w.uvarint(given.length)
  for (const [tag, f] of given.sort(([a], [b]) => a - b)) {
    const body = new Writer(64)
    f.codec.write(body, from[f.name])
    w.uvarint(tag)
    w.uvarint(body.length)
    for (const chunk of body.finish()) w.raw(chunk)
  }
}

/** Reads the tagged fields that we know and skips the others, as the protocol asks. */
function readTagged(r: Reader, tagged: ReadonlyMap<number, CompiledField>, into: Record<string, unknown>): void {
  for (let count = r.uvarint(); count > 0; count--) {
    const f = tagged.get(r.uvarint())
    const end = r.uvarint() + r.position
    if (f) into[f.name] = f.codec.read(r)
    if (r.position > end) throw new WireFormatError('Tagged field longer than announced')
    r.raw(end - r.position)
  }
}

function writeNull(w: Writer, length: 'compact' | 'int16' | 'int32', nullable: boolean): void {
  if (!nullable) throw new TypeError('Null in a field that cannot be null in this version')
  if (length === 'compact') w.uvarint(0)
  else if (length === 'int16') w.int16(-1)
  else w.int32(-1)
}

function readNull(nullable: boolean, what: string): null {
  if (!nullable) throw new WireFormatError(`Null ${what} in a field that cannot be null`)
  return null
}
