import { dataError, type RawHeader } from '../../api/index.ts'

/** A zero, then the schema's id in four bytes, highest first. */
export const PREFIX_BYTES = 5
const MAGIC_ID = 0
const MAGIC_GUID = 1

/** Fills the first bytes of a record that was written after `PREFIX_BYTES` free ones. */
export function writePrefix(bytes: Buffer, id: number): Buffer {
  bytes[0] = MAGIC_ID
  bytes.writeInt32BE(id, 1)
  return bytes
}

export interface Frame {
  readonly id: number
  /** Where the data begin. */
  readonly start: number
}

/** What the bytes should be, and where to say what they are. */
export interface FrameContext {
  /** Avro, JSON Schema or Protobuf. */
  readonly format: string
  readonly role: 'key' | 'value' | 'header'
}

/** The schema's id, from the record's header `__key_schema_id` or `__value_schema_id` if there, else from its prefix. */
export function readFrame(bytes: Buffer, headers: readonly RawHeader[], context: FrameContext): Frame {
  const header =
    headers.length === 0 ? undefined : headers.findLast(({ key }) => key === `__${context.role}_schema_id`)?.value
  if (header !== undefined && header !== null) return { id: idOf(Buffer.from(header), context), start: 0 }
  return { id: idOf(bytes, context), start: PREFIX_BYTES }
}

function idOf(bytes: Buffer, context: FrameContext): number {
  if (bytes[0] === MAGIC_ID && bytes.length >= PREFIX_BYTES) return bytes.readInt32BE(1)
  if (bytes[0] === MAGIC_GUID && bytes.length >= 17) {
    throw dataError('Unknown magic byte: the record names its schema by a GUID', {
      remedy: `Let producers write ids: ${context.role}.schema.id.serializer must be io.confluent.kafka.serializers.schema.id.PrefixSchemaIdSerializer.`,
    })
  }
  const found = foundIn(bytes)
  throw dataError(
    `Unknown magic byte: ${context.format} in the wire format of the schema registry was expected, but found ${found.what}`,
    {
      remedy: `Set ${context.role}.converter of the connector to ${found.converter}, or let producers write ${context.format} with the schema registry.`,
    },
  )
}

interface Found {
  readonly what: string
  readonly converter: string
}

/** Tells what bytes look like, but nothing of what is in them. */
function foundIn(bytes: Buffer): Found {
  const byteArray = 'org.apache.kafka.connect.converters.ByteArrayConverter'
  if (bytes.length === 0)
    return { what: 'an empty record', converter: 'org.apache.kafka.connect.storage.StringConverter' }
  const start = bytes.subarray(0, 256)
  if (start.some((byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d)) {
    return {
      what: `${bytes.length} bytes that begin with 0x${(bytes[0] ?? 0).toString(16).padStart(2, '0')}`,
      converter: byteArray,
    }
  }
  const text = start.toString('latin1').trimStart()
  if (/^\{\s*"(schema|payload)"/.test(text)) {
    return { what: 'JSON text with a schema', converter: 'org.apache.kafka.connect.json.JsonConverter' }
  }
  if (/^(\{\s*["}]|\[)/.test(text)) {
    return { what: 'JSON text', converter: 'org.apache.kafka.connect.json.JsonConverter with schemas.enable=false' }
  }
  return { what: 'plain text', converter: 'org.apache.kafka.connect.storage.StringConverter' }
}
