import type {
  ConfigDef,
  Converter,
  ConverterDescriptor,
  ConverterRole,
  HeaderConverter,
  HeaderConverterDescriptor,
  Props,
  SchemaAndValue,
} from '../../api/index.ts'
import { CONNECT_VERSION } from '../../compat/baseline.ts'

export const NULL_SCHEMA_AND_VALUE: SchemaAndValue = Object.freeze({ schema: null, value: null })

interface StockConverter {
  readonly className: string
  readonly config: ConfigDef
  readonly create: (props: Props, role: ConverterRole) => Converter
}

/** The two descriptors of a stock converter: for keys and values, and, since each takes headers too, for headers. */
export function converterPair(stock: StockConverter): readonly [ConverterDescriptor, HeaderConverterDescriptor] {
  const base = { className: stock.className, version: CONNECT_VERSION, config: stock.config }
  return [
    { ...base, kind: 'converter', create: stock.create },
    { ...base, kind: 'header_converter', create: (props) => new ConverterForHeaders(stock.create(props, 'header')) },
  ]
}

/** A header is converted as a value would be; its name does not matter. */
class ConverterForHeaders implements HeaderConverter {
  readonly #converter: Converter

  constructor(converter: Converter) {
    this.#converter = converter
  }

  fromConnectHeader(...[topic, _key, schema, value]: Parameters<HeaderConverter['fromConnectHeader']>) {
    return this.#converter.fromConnectData(topic, [], schema, value)
  }

  toConnectHeader(...[topic, _key, bytes]: Parameters<HeaderConverter['toConnectHeader']>) {
    return this.#converter.toConnectData(topic, [], bytes)
  }
}
