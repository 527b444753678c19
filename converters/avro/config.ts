import { atLeast, type ConfigOf, configError, defineConfig } from '../../api/index.ts'
import { CONVERTER_TYPE } from '../common/config.ts'
import { REGISTRY_KEYS } from '../schema-registry/config.ts'
import { TOPIC_NAME_STRATEGY } from '../schema-registry/subjects.ts'
import type { AvroDataOptions } from './options.ts'

const flag = <const D extends boolean>(byDefault: D, importance: 'LOW' | 'MEDIUM' | 'HIGH', doc: string) =>
  ({ type: 'BOOLEAN', default: byDefault, importance, doc }) as const

const subjectStrategy = (role: 'key' | 'value') =>
  ({
    type: 'STRING',
    default: TOPIC_NAME_STRATEGY,
    importance: 'MEDIUM',
    doc: `What the subject of ${role} schemas is called: TopicNameStrategy, RecordNameStrategy or TopicRecordNameStrategy of io.confluent.kafka.serializers.subject.`,
  }) as const

export const avroConverterConfig = defineConfig({
  ...CONVERTER_TYPE,
  ...REGISTRY_KEYS,
  'auto.register.schemas': flag(true, 'MEDIUM', 'Whether schemas that the registry does not know are registered.'),
  'use.latest.version': flag(
    false,
    'LOW',
    'Whether records are written with the latest schema of their subject; needs auto.register.schemas=false.',
  ),
  'latest.compatibility.strict': flag(
    true,
    'LOW',
    'Kept for older configurations: what cannot be written with the latest schema is refused in any case.',
  ),
  'use.schema.id': { type: 'INT', default: -1, importance: 'LOW', doc: 'Id of the schema to write with; -1 for none.' },
  'normalize.schemas': flag(false, 'MEDIUM', 'Whether the registry compares schemas in their normal form.'),
  'key.subject.name.strategy': subjectStrategy('key'),
  'value.subject.name.strategy': subjectStrategy('value'),
  'schemas.cache.config': {
    type: 'INT',
    default: 1000,
    validator: atLeast(0),
    importance: 'LOW',
    doc: 'Most schemas kept in translated form by this converter.',
  },
  'enhanced.avro.schema.support': flag(false, 'MEDIUM', 'Whether enums stay enums, and packages are kept in unions.'),
  'scrub.invalid.names': flag(false, 'MEDIUM', 'Whether characters that Avro does not allow in names are replaced.'),
  'connect.meta.data': flag(
    true,
    'LOW',
    'Whether the Avro schema carries names, versions, docs and parameters of Connect.',
  ),
  'discard.type.doc.default': flag(false, 'LOW', 'Whether only docs and defaults of fields are kept.'),
  'allow.optional.map.keys': flag(false, 'LOW', 'Whether maps whose string keys may be null become Avro maps.'),
  'flatten.singleton.union': flag(true, 'LOW', 'Whether a union of one type is read as that type.'),
  'generalized.sum.type.support': flag(
    false,
    'MEDIUM',
    'Whether unions and enums take the form that other converters share.',
  ),
  'ignore.default.for.nullables': flag(
    false,
    'MEDIUM',
    'Whether a null that the schema allows is kept, whatever the default.',
  ),
})

export type AvroConverterConfig = ConfigOf<typeof avroConverterConfig>

export function dataOptions(config: AvroConverterConfig): AvroDataOptions {
  return {
    enhanced: config['enhanced.avro.schema.support'],
    generalizedSumTypes: config['generalized.sum.type.support'],
    ignoreDefaultForNullables: config['ignore.default.for.nullables'],
    connectMetaData: config['connect.meta.data'],
    scrubInvalidNames: config['scrub.invalid.names'],
    discardTypeDocDefault: config['discard.type.doc.default'],
    allowOptionalMapKeys: config['allow.optional.map.keys'],
    flattenSingletonUnion: config['flatten.singleton.union'],
  }
}

/** Where the schema that records are written with comes from. */
export type WriterSchema =
  | { readonly kind: 'register' }
  | { readonly kind: 'lookUp' }
  | { readonly kind: 'latest' }
  | { readonly kind: 'id'; readonly id: number }

/** @throws `CONFIG_INVALID` */
export function writerSchema(config: AvroConverterConfig): WriterSchema {
  const id = config['use.schema.id']
  if (config['auto.register.schemas']) {
    if (!config['use.latest.version'] && id < 0) return { kind: 'register' }
    const other = id < 0 ? 'use.latest.version' : 'use.schema.id'
    throw configError(`${other} has no effect while auto.register.schemas is true`, {
      remedy: 'Set auto.register.schemas=false (with the prefix of the converter) as well.',
    })
  }
  if (id >= 0) return { kind: 'id', id }
  return config['use.latest.version'] ? { kind: 'latest' } : { kind: 'lookUp' }
}
