import {
  type AvroField,
  type AvroRecord,
  type AvroSchema,
  primitive,
  type AvroPrimitiveKind,
  union,
} from './avro-schema.ts'
import { ANYTHING, MAP_ENTRY, NAMESPACE } from './names.ts'
import { schemaText } from './schema-text.ts'

/** The scalars that schemaless data may hold, in the order of the record's fields. */
const SCALARS: readonly AvroPrimitiveKind[] = ['boolean', 'bytes', 'double', 'float', 'int', 'long', 'string']

/** The schema of schemaless data: a record with a nullable field for each type, of which one is set, or none for null. */
export const ANYTHING_SCHEMA: AvroRecord = makeAnything()
const ANYTHING_TEXT = schemaText(ANYTHING_SCHEMA)

export function isAnything(schema: AvroSchema): boolean {
  return (
    schema.kind === 'record' &&
    schema.name === ANYTHING &&
    schema.props.size === 0 &&
    schemaText(schema) === ANYTHING_TEXT
  )
}

function makeAnything(): AvroRecord {
  const fields: AvroField[] = []
  const anything: AvroRecord = { kind: 'record', name: ANYTHING, doc: null, fields, props: new Map() }
  const entry: AvroRecord = {
    kind: 'record',
    name: `${NAMESPACE}.${MAP_ENTRY}`,
    doc: null,
    fields: [
      { name: 'key', type: anything, doc: null, defaultValue: undefined },
      { name: 'value', type: anything, doc: null, defaultValue: undefined },
    ],
    props: new Map(),
  }
  for (const kind of SCALARS) fields.push(nullable(kind, primitive(kind)))
  fields.push(nullable('array', { kind: 'array', items: anything, props: new Map() }))
  fields.push(nullable('map', { kind: 'array', items: entry, props: new Map() }))
  return anything
}

function nullable(name: string, type: AvroSchema): AvroField {
  return { name, type: union(primitive('null'), type), doc: null, defaultValue: null }
}
