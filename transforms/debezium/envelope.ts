import { type ConnectRecord, dataError, type Field, JAVA_ERRORS, type Schema } from '../../api/index.ts'

/** Whether the value is a change event: heartbeats, schema changes and foreign records are not. */
export function isEnvelope(record: ConnectRecord): boolean {
  return record.valueSchema?.name?.endsWith('.Envelope') ?? false
}

/** @throws `DATA_INVALID` when an envelope has no such field */
export function envelopeField(envelope: Schema, name: string): Field {
  const field = envelope.field(name)
  if (field === undefined) throw dataError(`Unknown field: ${name}`, { javaClass: JAVA_ERRORS.illegalArgument })
  return field
}
