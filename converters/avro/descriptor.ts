import type { ConverterDescriptor } from '../../api/index.ts'
import { avroConverterConfig } from './config.ts'
import { AvroConverter } from './converter.ts'

/** What index.ts loads on first use. */
export const loadedDescriptor: Pick<ConverterDescriptor, 'config' | 'create'> = {
  config: avroConverterConfig,
  create: (props, role) => new AvroConverter(props, role),
}
