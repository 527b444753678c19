import type { OffsetMap } from '../../../api/index.ts'
import { schemalessToJson } from '../../../compat/json-write.ts'
import type { OriginalRecord } from './error-handling.ts'

/** Where a record is, in Kafka or in the source, for error messages. Never throws. */
export function recordPlace(original: OriginalRecord): string {
  if (original.kind === 'consumed') {
    const { topic, partition, offset } = original.record
    return `the record in topic '${topic}', partition ${partition}, at offset ${offset}`
  }
  const { topic, sourcePartition, sourceOffset } = original.record
  return `a record for topic '${topic}' from source partition ${offsetText(sourcePartition)} at source offset ${offsetText(sourceOffset)}`
}

/** A record as the log shows it with `errors.log.include.messages`. */
export function recordLogText(original: OriginalRecord): string {
  if (original.kind === 'consumed') {
    const { topic, partition, offset, timestamp, timestampType } = original.record
    return `where consumed record is {topic='${topic}', partition=${partition}, offset=${offset}, timestamp=${timestamp}, timestampType=${timestampType}}`
  }
  const { topic, kafkaPartition, sourcePartition, sourceOffset } = original.record
  const place = `sourcePartition=${offsetText(sourcePartition)}, sourceOffset=${offsetText(sourceOffset)}`
  return `where source record is SourceRecord{${place}, topic='${topic}', kafkaPartition=${String(kafkaPartition)}}`
}

/** A source partition or offset as JSON. Never throws. */
export function offsetText(map: OffsetMap | null): string {
  try {
    return schemalessToJson(map)
  } catch {
    return '(unreadable)' // the connector gave what no offset can hold: that is found, and said, when offsets are written
  }
}
