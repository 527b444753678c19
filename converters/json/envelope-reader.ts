import { dataError, isConnectError, type Schema, type SchemaAndValue } from '../../api/index.ts'
import { decodeJson, EXACT_NUMBERS, parseJsonText, SCHEMALESS_NUMBERS } from '../../compat/json-read.ts'
import { JsonReader } from '../../compat/json-reader.ts'
import { SCAN_EXACT, SCAN_FRACTION, SCAN_NON_ASCII, scanJson } from '../../compat/json-scan.ts'
import { LruMap } from '../../compat/lru-map.ts'
import { asBuffer } from '../../compat/utf8.ts'
import { nodeToConnect } from './payload-reader.ts'
import { schemaFromNode } from './schema-reader.ts'

const PAYLOAD_MARK = Buffer.from(',"payload":')

const NOT_AN_ENVELOPE =
  'JsonConverter with schemas.enable requires "schema" and "payload" fields and may not contain additional fields. ' +
  'If you are trying to deserialize plain JSON data, set schemas.enable=false in your converter configuration.'

/** A schema and what reading its payloads needs to know. */
export interface PayloadForm {
  readonly schema: Schema | null
  /** There is a Decimal or FLOAT32 inside: a fraction must not go by way of a double. */
  readonly exactFractions: boolean
}

export function payloadForm(schema: Schema | null): PayloadForm {
  return { schema, exactFractions: schema !== null && needsExactFractions(schema) }
}

interface KnownPrefix {
  /** Everything before the payload. */
  readonly bytes: Buffer
  readonly form: PayloadForm
}

/** Set apart from any node: the bytes are not one JSON value. */
const NOT_ONE_VALUE = Symbol('not one value')

/**
 * Reads `{"schema":…,"payload":…}`. The schema is most of a record and almost always the same one: a record that
 * starts with the very bytes of a known schema has only its payload parsed.
 */
export class EnvelopeReader {
  readonly #replaceNullWithDefault: boolean
  readonly #prefixes: LruMap<string, KnownPrefix>
  readonly #forms: LruMap<string, PayloadForm>
  #last: KnownPrefix | null = null

  constructor(schemasMax: number, replaceNullWithDefault: boolean) {
    this.#replaceNullWithDefault = replaceNullWithDefault
    this.#prefixes = new LruMap(schemasMax)
    this.#forms = new LruMap(schemasMax)
  }

  /** @throws `DATA_INVALID` */
  read(source: Uint8Array): SchemaAndValue {
    const bytes = asBuffer(source)
    const known = this.#knownPrefix(bytes)
    if (known !== null) {
      const end = closingBrace(bytes)
      const node = end < 0 ? NOT_ONE_VALUE : readPayload(bytes.subarray(known.bytes.length, end), known.form)
      if (node !== NOT_ONE_VALUE) return this.#toConnect(known.form.schema, node)
    }
    return this.#readWhole(bytes)
  }

  #knownPrefix(bytes: Buffer): KnownPrefix | null {
    if (this.#last !== null && startsWith(bytes, this.#last.bytes)) return this.#last
    const mark = bytes.indexOf(PAYLOAD_MARK)
    if (mark < 0) return null
    this.#last = this.#prefixes.get(bytes.toString('latin1', 0, mark + PAYLOAD_MARK.length)) ?? this.#last
    return this.#last !== null && startsWith(bytes, this.#last.bytes) ? this.#last : null
  }

  #readWhole(bytes: Buffer): SchemaAndValue {
    const text = decodeWhole(bytes)
    const envelope = parseEnvelope(text)
    const schemaText = text.slice(envelope.schema.start, envelope.schema.end)
    let form = this.#forms.get(schemaText)
    if (form === undefined) {
      form = payloadForm(schemaFromNode(envelope.schema.node, this.#replaceNullWithDefault))
      this.#forms.set(schemaText, form)
    }
    if (envelope.schema.end < envelope.payload.start) this.#remember(text.slice(0, envelope.payload.start), form)
    // A schemaless payload has numbers of its own, so it is read once more.
    const payload = text.slice(envelope.payload.start, envelope.payload.end)
    const node = form.schema === null ? parseJsonText(payload, SCHEMALESS_NUMBERS) : envelope.payload.node
    return this.#toConnect(form.schema, node)
  }

  #remember(prefix: string, form: PayloadForm): void {
    const bytes = Buffer.from(prefix)
    this.#last = { bytes, form }
    this.#prefixes.set(bytes.toString('latin1'), this.#last)
  }

  #toConnect(schema: Schema | null, node: unknown): SchemaAndValue {
    if (schema === null) return { schema, value: node ?? null }
    return { schema, value: nodeToConnect(schema, node, this.#replaceNullWithDefault) }
  }
}

/**
 * A bare payload for `nodeToConnect`, or, without schema, a finished value. NOT_ONE_VALUE when it does not parse as
 * exactly one value.
 */
function readPayload(bytes: Buffer, form: PayloadForm): unknown {
  const flags = scanJson(bytes)
  const exact = (flags & SCAN_EXACT) !== 0 || (form.exactFractions && (flags & SCAN_FRACTION) !== 0)
  const text = decodeJson(bytes, flags)
  try {
    if (!exact) return JSON.parse(text) as unknown
    const reader = new JsonReader(text, form.schema === null ? SCHEMALESS_NUMBERS : EXACT_NUMBERS)
    const value = reader.value()
    return reader.atEnd() ? value : NOT_ONE_VALUE
  } catch {
    // Whatever is wrong, reading the record as a whole finds it and says so.
    return NOT_ONE_VALUE
  }
}

interface Member {
  readonly node: unknown
  readonly start: number
  readonly end: number
}

interface Envelope {
  readonly schema: Member
  readonly payload: Member
}

function parseEnvelope(text: string): Envelope {
  const members = parseMembers(text)
  const [schema, payload] = [members.get('schema'), members.get('payload')]
  if (schema === undefined || payload === undefined || members.size !== 2) throw dataError(NOT_AN_ENVELOPE)
  return { schema, payload }
}

/** The members of the object; none when the text is something else. */
function parseMembers(text: string): ReadonlyMap<string, Member> {
  const members = new Map<string, Member>()
  try {
    const reader = new JsonReader(text, EXACT_NUMBERS)
    if (reader.atEnd()) return members
    if (text.charAt(reader.position) !== '{') {
      reader.root()
      return members
    }
    reader.object((key) => {
      reader.atEnd()
      const start = reader.position
      const node = reader.value()
      members.set(key, { node, start, end: reader.position })
    })
  } catch (cause) {
    throw serializationError(cause)
  }
  return members
}

function decodeWhole(bytes: Buffer): string {
  try {
    return decodeJson(bytes, SCAN_NON_ASCII)
  } catch (cause) {
    throw serializationError(cause)
  }
}

function startsWith(bytes: Buffer, prefix: Buffer): boolean {
  return bytes.length > prefix.length && prefix.compare(bytes, 0, prefix.length) === 0
}

/** Index of the brace that ends the record, white space after it aside; -1 when there is none. */
function closingBrace(bytes: Buffer): number {
  let at = bytes.length - 1
  while (at >= 0 && (bytes[at] as number) <= 0x20) at--
  return bytes[at] === 0x7d ? at : -1
}

function needsExactFractions(schema: Schema): boolean {
  if (schema.type === 'FLOAT32' || schema.type === 'BYTES') return true
  const parts = [schema.keySchema, schema.valueSchema, ...schema.fields.map((field) => field.schema)]
  return parts.some((part) => part !== null && needsExactFractions(part))
}

/** A bare payload of a fixed schema (`schema.content`). @throws `DATA_INVALID` */
export function readBarePayload(source: Uint8Array, form: PayloadForm): unknown {
  const bytes = asBuffer(source)
  const node = readPayload(bytes, form)
  if (node !== NOT_ONE_VALUE) return node
  const text = decodeWhole(bytes)
  try {
    return parseJsonText(text, EXACT_NUMBERS)
  } catch (cause) {
    throw serializationError(cause)
  }
}

/** Wraps what the parser found, as the original does; anything but a fault in the data goes through. */
export function serializationError(cause: unknown): unknown {
  if (!isConnectError(cause)) return cause
  return dataError('Converting byte[] to Kafka Connect data failed due to serialization error: ', { cause })
}
