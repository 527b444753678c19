import {
  type Converter,
  checkValue,
  dataError,
  defineConfig,
  isConnectError,
  javaClassName,
  OPTIONAL_FLOAT32_SCHEMA,
  OPTIONAL_FLOAT64_SCHEMA,
  OPTIONAL_INT16_SCHEMA,
  OPTIONAL_INT32_SCHEMA,
  OPTIONAL_INT64_SCHEMA,
  int64,
  type RawHeader,
  type Schema,
  type SchemaAndValue,
} from '../../api/index.ts'
import { CONVERTER_TYPE } from '../common/config.ts'
import { converterPair } from '../common/descriptors.ts'

/** One kind of number as big-endian bytes. */
interface NumberForm {
  /** As the original names it in errors. */
  readonly name: string
  readonly schema: Schema
  readonly size: number
  readonly write: (view: DataView, value: number | bigint) => void
  readonly read: (view: DataView) => number | bigint
}

class NumberConverter implements Converter {
  readonly #form: NumberForm

  constructor(form: NumberForm) {
    this.#form = form
  }

  fromConnectData(_topic: string, _headers: RawHeader[], schema: Schema | null, value: unknown): Uint8Array | null {
    if (value === null || value === undefined) return null
    const number = this.#checked(schema, value)
    const bytes = new Uint8Array(this.#form.size)
    this.#form.write(new DataView(bytes.buffer), number)
    return bytes
  }

  toConnectData(_topic: string, _headers: readonly RawHeader[], bytes: Uint8Array | null): SchemaAndValue {
    const { name, schema, size, read } = this.#form
    if (bytes === null) return { schema, value: null }
    if (bytes.length !== size) throw dataError(`Failed to deserialize ${name}: `)
    return { schema, value: read(new DataView(bytes.buffer, bytes.byteOffset, size)) }
  }

  /** Java asks for the very class; here the schema tells it, or, without one, whether the value fits. */
  #checked(schema: Schema | null, value: unknown): number | bigint {
    const failure = `Failed to serialize to ${this.#form.name} (was class ${javaClassName(value)}): `
    if (schema !== null && schema.type !== this.#form.schema.type) throw dataError(failure)
    try {
      return checkValue(this.#form.schema, value) as number | bigint
    } catch (cause) {
      if (!isConnectError(cause)) throw cause
      throw dataError(failure, { cause })
    }
  }
}

const FORMS: readonly (NumberForm & { readonly className: string })[] = [
  {
    className: 'ShortConverter',
    name: 'short',
    schema: OPTIONAL_INT16_SCHEMA,
    size: 2,
    write: (view, value) => view.setInt16(0, Number(value)),
    read: (view) => view.getInt16(0),
  },
  {
    className: 'IntegerConverter',
    name: 'integer',
    schema: OPTIONAL_INT32_SCHEMA,
    size: 4,
    write: (view, value) => view.setInt32(0, Number(value)),
    read: (view) => view.getInt32(0),
  },
  {
    className: 'LongConverter',
    name: 'long',
    schema: OPTIONAL_INT64_SCHEMA,
    size: 8,
    write: (view, value) => view.setBigInt64(0, BigInt(value)),
    read: (view) => int64(view.getBigInt64(0)),
  },
  {
    className: 'FloatConverter',
    name: 'float',
    schema: OPTIONAL_FLOAT32_SCHEMA,
    size: 4,
    write: (view, value) => view.setFloat32(0, Number(value)),
    read: (view) => view.getFloat32(0),
  },
  {
    className: 'DoubleConverter',
    name: 'double',
    schema: OPTIONAL_FLOAT64_SCHEMA,
    size: 8,
    write: (view, value) => view.setFloat64(0, Number(value)),
    read: (view) => view.getFloat64(0),
  },
]

const config = defineConfig(CONVERTER_TYPE)

/** Short, Integer, Long, Float and Double converters. */
export const numberConverters = FORMS.flatMap((form) =>
  converterPair({
    className: `org.apache.kafka.connect.converters.${form.className}`,
    config,
    create: () => new NumberConverter(form),
  }),
)
