import {
  type Converter,
  dataError,
  defineConfig,
  javaClassName,
  OPTIONAL_BYTES_SCHEMA,
  type RawHeader,
  type Schema,
  type SchemaAndValue,
} from '../../api/index.ts'
import { CONVERTER_TYPE } from '../common/config.ts'
import { converterPair } from '../common/descriptors.ts'

/** Passes bytes through. */
class ByteArrayConverter implements Converter {
  fromConnectData(_topic: string, _headers: RawHeader[], schema: Schema | null, value: unknown): Uint8Array | null {
    if (schema !== null && schema.type !== 'BYTES') {
      throw dataError(`Invalid schema type for ByteArrayConverter: ${schema.type}`)
    }
    if (value === null || value === undefined) return null
    if (value instanceof Uint8Array) return value
    throw dataError(`ByteArrayConverter is not compatible with objects of type class ${javaClassName(value)}`)
  }

  toConnectData(_topic: string, _headers: readonly RawHeader[], bytes: Uint8Array | null): SchemaAndValue {
    return { schema: OPTIONAL_BYTES_SCHEMA, value: bytes }
  }
}

export const byteArrayConverters = converterPair({
  className: 'org.apache.kafka.connect.converters.ByteArrayConverter',
  config: defineConfig(CONVERTER_TYPE),
  create: () => new ByteArrayConverter(),
})
