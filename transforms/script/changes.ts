import {
  type ConnectRecord,
  dataError,
  isConnectRecord,
  isPlainObject,
  isStruct,
  type RecordChanges,
  type Schema,
} from '../../api/index.ts'

const names = ['topic', 'kafkaPartition', 'keySchema', 'key', 'valueSchema', 'value', 'timestamp', 'headers'] as const

const remedy = 'Return the record, an object with what is to change, or null to drop it.'

/** What a script returned: a record, null, or an object with what is to change. @throws `DATA_INVALID` for anything else */
export function applied<R extends ConnectRecord>(record: R, result: unknown, script: string): R | null {
  if (result === null) return null
  if (isConnectRecord(result)) {
    if (result.kind !== record.kind)
      throw dataError(`the script ${script} returned a ${result.kind} record for a ${record.kind} record`, { remedy })
    return result as R
  }
  if (!isPlainObject(result)) throw dataError(`the script ${script} returned ${nameOf(result)}`, { remedy })
  const unknown = Object.keys(result).find((name) => !(names as readonly string[]).includes(name))
  if (unknown !== undefined)
    throw dataError(`the script ${script} changes "${unknown}", which no record has`, {
      remedy: `A record has ${names.join(', ')}; a value of its own goes into "value".`,
    })
  return record.with(changesOf(record, result))
}

function nameOf(result: unknown): string {
  if (result === undefined) return 'nothing'
  return Array.isArray(result) ? 'an array' : typeof result
}

function changesOf(record: ConnectRecord, result: Readonly<Record<string, unknown>>): RecordChanges {
  const changes: Record<string, unknown> = { ...result }
  for (const part of ['key', 'value'] as const)
    if (part in result && !(`${part}Schema` in result))
      changes[`${part}Schema`] = schemaFor(record[`${part}Schema`], result[part])
  return changes
}

/** The schema of a new key or value that came without one: a struct brings its own, and a map has none. */
function schemaFor(before: Schema | null, value: unknown): Schema | null {
  if (isStruct(value)) return value.schema
  return before?.type === 'STRUCT' && value !== null ? null : before
}
