import { avroConverterConfig, dataOptions } from '../../converters/avro/config.ts'
import type { AvroDataOptions } from '../../converters/avro/options.ts'

/** How a converter with these properties translates schemas. */
export function avroDataOptions(props: Readonly<Record<string, string>> = {}): AvroDataOptions {
  return dataOptions(
    avroConverterConfig.parse({ 'schema.registry.url': 'http://unused', 'converter.type': 'value', ...props }),
  )
}
