import {
  BYTES_SCHEMA,
  defineConfig,
  type HeaderConverter,
  type HeaderConverterDescriptor,
  isConnectError,
  type Schema,
  type SchemaAndValue,
} from '../../api/index.ts'
import { CONNECT_VERSION } from '../../compat/baseline.ts'
import { utf8Text } from '../../compat/utf8.ts'
import { parseValue } from '../../compat/values-parse.ts'
import { valueToText } from '../../compat/values-text.ts'
import { NULL_SCHEMA_AND_VALUE } from '../common/descriptors.ts'

/** Headers as readable text; the type is guessed from the text, so `007` comes back as INT8 7. */
class SimpleHeaderConverter implements HeaderConverter {
  fromConnectHeader(_topic: string, _key: string, schema: Schema | null, value: unknown): Uint8Array | null {
    return value === null || value === undefined ? null : Buffer.from(valueToText(value, schema))
  }

  toConnectHeader(_topic: string, _key: string, bytes: Uint8Array | null): SchemaAndValue {
    if (bytes === null) return NULL_SCHEMA_AND_VALUE
    try {
      return parseValue(utf8Text(bytes))
    } catch (error) {
      // As in the original: what cannot be read as text is kept as bytes.
      if (!isConnectError(error)) throw error
      return { schema: BYTES_SCHEMA, value: bytes }
    }
  }
}

export const simpleHeaderConverter: HeaderConverterDescriptor = {
  kind: 'header_converter',
  className: 'org.apache.kafka.connect.storage.SimpleHeaderConverter',
  version: CONNECT_VERSION,
  config: defineConfig({}),
  create: () => new SimpleHeaderConverter(),
}
