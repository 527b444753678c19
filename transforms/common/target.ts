import type {
  ConfigDef,
  ConnectRecord,
  Props,
  Schema,
  Transformation,
  TransformationDescriptor,
} from '../../api/index.ts'
import { CONNECT_VERSION } from '../../compat/baseline.ts'

/** The half of a record that a `$Key` or `$Value` class works on. */
export interface Target {
  schemaOf(record: ConnectRecord): Schema | null
  valueOf(record: ConnectRecord): unknown
  changed<R extends ConnectRecord>(record: R, schema: Schema | null, value: unknown): R
}

const KEY: Target = {
  schemaOf: (record) => record.keySchema,
  valueOf: (record) => record.key,
  changed: (record, keySchema, key) => record.with({ keySchema, key }),
}

const VALUE: Target = {
  schemaOf: (record) => record.valueSchema,
  valueOf: (record) => record.value,
  changed: (record, valueSchema, value) => record.with({ valueSchema, value }),
}

const PACKAGE = 'org.apache.kafka.connect.transforms'

interface StockTransform {
  /** Simple name of the Java class. */
  readonly name: string
  readonly config: ConfigDef
}

/** The descriptors of `<name>$Key` and `<name>$Value`. */
export function keyAndValue(
  stock: StockTransform & { readonly create: (props: Props, target: Target) => Transformation },
): readonly [TransformationDescriptor, TransformationDescriptor] {
  const of = (inner: string, target: Target): TransformationDescriptor => ({
    kind: 'transformation',
    className: `${PACKAGE}.${stock.name}$${inner}`,
    version: CONNECT_VERSION,
    config: stock.config,
    create: (props) => stock.create(props, target),
  })
  return [of('Key', KEY), of('Value', VALUE)]
}

/** The descriptor of a transformation of the whole record. */
export function wholeRecord(
  stock: StockTransform & { readonly create: (props: Props) => Transformation },
): TransformationDescriptor {
  return {
    kind: 'transformation',
    className: `${PACKAGE}.${stock.name}`,
    version: CONNECT_VERSION,
    config: stock.config,
    create: stock.create,
  }
}
