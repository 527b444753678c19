import { configError, dataError } from '../../api/index.ts'

/**
 * The subject that a schema is registered under.
 * @param record full name of the schema's type; null when it has none
 */
export type SubjectName = (topic: string, record: string | null) => string

const PACKAGE = 'io.confluent.kafka.serializers.subject.'
export const TOPIC_NAME_STRATEGY = `${PACKAGE}TopicNameStrategy`

/** @param strategy a Java class name, of which the simple part counts. @throws `CONFIG_INVALID` */
export function subjectNames(strategy: string, role: 'key' | 'value', property: string): SubjectName {
  const simple = strategy.startsWith(PACKAGE) ? strategy.slice(PACKAGE.length) : strategy
  switch (simple) {
    case 'TopicNameStrategy':
      return (topic) => `${topic}-${role}`
    case 'RecordNameStrategy':
      return (_topic, record) => named(record, property, strategy, role)
    case 'TopicRecordNameStrategy':
      return (topic, record) => `${topic}-${named(record, property, strategy, role)}`
    default:
      throw configError(`Invalid value ${strategy} for configuration ${property}: no such strategy`, {
        remedy: `Use ${PACKAGE}TopicNameStrategy, RecordNameStrategy or TopicRecordNameStrategy: other Java classes cannot run here.`,
      })
  }
}

function named(record: string | null, property: string, strategy: string, role: string): string {
  if (record !== null) return record
  throw dataError(`In configuration ${property} = ${strategy}, the message ${role} must only be a record schema`, {
    remedy: `Set ${property} to ${TOPIC_NAME_STRATEGY}, or give the record a named struct schema (SetSchemaMetadata).`,
  })
}
