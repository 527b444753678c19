import { type ConfigOf, defineConfig, oneOfIgnoringCase } from '../../api/index.ts'
import { CONVERTER_TYPE } from '../common/config.ts'

export const jsonConverterConfig = defineConfig({
  ...CONVERTER_TYPE,
  'schemas.enable': {
    type: 'BOOLEAN',
    default: true,
    importance: 'HIGH',
    doc: 'Whether each key and value carries its schema, as {"schema": …, "payload": …}.',
    group: 'Schemas',
    orderInGroup: 0,
    width: 'MEDIUM',
    displayName: 'Enable Schemas',
  },
  'schemas.cache.size': {
    type: 'INT',
    default: 1000,
    importance: 'HIGH',
    doc: 'Most schemas kept in translated form by this converter.',
    group: 'Schemas',
    orderInGroup: 1,
    width: 'MEDIUM',
    displayName: 'Schema Cache Size',
  },
  'schema.content': {
    type: 'STRING',
    default: null,
    importance: 'HIGH',
    doc: 'A schema, in JSON, for all records read: they are bare payloads then. Needs schemas.enable=true; sinks only.',
    group: 'Schemas',
    orderInGroup: 2,
    width: 'MEDIUM',
    displayName: 'Schema Content',
  },
  'decimal.format': {
    type: 'STRING',
    default: 'BASE64',
    validator: oneOfIgnoringCase('NUMERIC', 'BASE64'),
    importance: 'LOW',
    doc: 'How decimals are written: BASE64 (bytes of the unscaled value) or NUMERIC (a JSON number), in any case.',
    group: 'Serialization',
    orderInGroup: 0,
    width: 'MEDIUM',
    displayName: 'Decimal Format',
  },
  'replace.null.with.default': {
    type: 'BOOLEAN',
    default: true,
    importance: 'LOW',
    doc: 'Whether a null takes on the default of its schema, where it has one.',
    group: 'Serialization',
    orderInGroup: 1,
    width: 'MEDIUM',
    displayName: 'Replace null with default',
  },
})

export type JsonConverterConfig = ConfigOf<typeof jsonConverterConfig>
