import { converterPair } from '../common/descriptors.ts'
import { jsonConverterConfig } from './config.ts'
import { JsonConverter } from './converter.ts'

export { JsonConverter } from './converter.ts'

export const jsonConverters = converterPair({
  className: 'org.apache.kafka.connect.json.JsonConverter',
  config: jsonConverterConfig,
  create: (props, role) => new JsonConverter(jsonConverterConfig.parse({ ...props, 'converter.type': role })),
})
