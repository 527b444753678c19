import {
  type Converter,
  dataError,
  defineConfig,
  javaClassName,
  OPTIONAL_BOOLEAN_SCHEMA,
  type RawHeader,
  type Schema,
  type SchemaAndValue,
} from '../../api/index.ts'
import { CONVERTER_TYPE } from '../common/config.ts'
import { converterPair } from '../common/descriptors.ts'

/** One byte, 0 or 1. */
class BooleanConverter implements Converter {
  fromConnectData(_topic: string, _headers: RawHeader[], schema: Schema | null, value: unknown): Uint8Array | null {
    if (schema !== null && schema.type !== 'BOOLEAN') {
      throw dataError(`Invalid schema type for BooleanConverter: ${schema.type}`)
    }
    if (value === null || value === undefined) return null
    if (typeof value === 'boolean') return Uint8Array.of(value ? 1 : 0)
    throw dataError(`BooleanConverter is not compatible with objects of type class ${javaClassName(value)}`)
  }

  toConnectData(_topic: string, _headers: readonly RawHeader[], bytes: Uint8Array | null): SchemaAndValue {
    if (bytes === null) return { schema: OPTIONAL_BOOLEAN_SCHEMA, value: null }
    const [byte] = bytes
    if (bytes.length !== 1 || (byte !== 0 && byte !== 1)) throw dataError('Failed to deserialize boolean: ')
    return { schema: OPTIONAL_BOOLEAN_SCHEMA, value: byte === 1 }
  }
}

export const booleanConverters = converterPair({
  className: 'org.apache.kafka.connect.converters.BooleanConverter',
  config: defineConfig(CONVERTER_TYPE),
  create: () => new BooleanConverter(),
})
