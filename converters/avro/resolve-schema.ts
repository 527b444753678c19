import { dataError } from '../../api/index.ts'
import type { RegistryClient, SchemaContent } from '../schema-registry/client.ts'
import type { AvroSchema } from './avro-schema.ts'
import { type NamedTypes, parseAvroSchema } from './parse-schema.ts'

const CONVERTERS: Readonly<Record<string, string>> = {
  JSON: 'io.confluent.connect.json.JsonSchemaConverter',
  PROTOBUF: 'io.confluent.connect.protobuf.ProtobufConverter',
}

/**
 * A schema of the registry, with those that it refers to.
 * @param where for messages: its subject or id
 * @throws `DATA_INVALID`
 */
export async function resolveSchema(
  registry: RegistryClient,
  content: SchemaContent,
  where: string,
): Promise<AvroSchema> {
  if (content.type !== 'AVRO') {
    throw dataError(`The schema of ${where} is not Avro but ${content.type}`, {
      remedy: `Set the converter of the connector to ${CONVERTERS[content.type] ?? 'one for that type'}.`,
    })
  }
  const known: NamedTypes = new Map()
  await resolveReferences(registry, content, known, new Set())
  return parseAvroSchema(content.text, known)
}

async function resolveReferences(
  registry: RegistryClient,
  content: SchemaContent,
  known: NamedTypes,
  done: Set<string>,
): Promise<void> {
  for (const { subject, version } of content.references) {
    const key = `${version} ${subject}`
    if (done.has(key)) continue
    done.add(key)
    const part = await registry.byVersion(subject, version)
    await resolveReferences(registry, part, known, done)
    parseAvroSchema(part.text, known)
  }
}
