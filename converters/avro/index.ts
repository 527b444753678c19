import type { ConverterDescriptor } from '../../api/index.ts'
import { CONNECT_VERSION } from '../../compat/baseline.ts'
import { avroConverterConfig } from './config.ts'
import { AvroConverter } from './converter.ts'

/** Confluent's converter; it is none for headers, where it comes from either. */
export const avroConverter: ConverterDescriptor = {
  kind: 'converter',
  className: 'io.confluent.connect.avro.AvroConverter',
  version: CONNECT_VERSION,
  config: avroConverterConfig,
  create: (props, role) => new AvroConverter(props, role),
}
