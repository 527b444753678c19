import {
  type Converter,
  configError,
  defineConfig,
  OPTIONAL_STRING_SCHEMA,
  type RawHeader,
  type Schema,
  type SchemaAndValue,
} from '../../api/index.ts'
import { javaToString } from '../../compat/java-text.ts'
import { CONVERTER_TYPE } from '../common/config.ts'
import { converterPair } from '../common/descriptors.ts'
import { type Charset, charset } from './charset.ts'

const config = defineConfig({
  ...CONVERTER_TYPE,
  'converter.encoding': {
    type: 'STRING',
    default: 'UTF-8',
    importance: 'HIGH',
    doc: 'Java name of the character set of the bytes.',
    width: 'MEDIUM',
    displayName: 'Encoding',
  },
})

/** Writes the Java text of anything, reads optional strings. */
class StringConverter implements Converter {
  readonly #charset: Charset

  constructor(encoding: Charset) {
    this.#charset = encoding
  }

  fromConnectData(_topic: string, _headers: RawHeader[], schema: Schema | null, value: unknown): Uint8Array | null {
    if (typeof value === 'string') return this.#charset.encode(value)
    if (value === null || value === undefined) return null
    return this.#charset.encode(javaToString(value, schema))
  }

  toConnectData(_topic: string, _headers: readonly RawHeader[], bytes: Uint8Array | null): SchemaAndValue {
    return { schema: OPTIONAL_STRING_SCHEMA, value: bytes === null ? null : this.#charset.decode(bytes) }
  }
}

export const stringConverters = converterPair({
  className: 'org.apache.kafka.connect.storage.StringConverter',
  config,
  create(props, role) {
    const { 'converter.encoding': name } = config.parse({ ...props, 'converter.type': role })
    const encoding = charset(name)
    if (encoding === null) {
      throw configError(`Invalid value ${name} for configuration converter.encoding: Unsupported encoding`, {
        remedy: 'Use UTF-8, ISO-8859-1, US-ASCII, UTF-16, UTF-16BE or UTF-16LE.',
      })
    }
    return new StringConverter(encoding)
  },
})
