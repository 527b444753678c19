import type { PluginModule } from '../api/index.ts'
import { avroConverter } from './avro/index.ts'
import { booleanConverters } from './boolean/index.ts'
import { byteArrayConverters } from './byte-array/index.ts'
import { jsonConverters } from './json/index.ts'
import { numberConverters } from './numbers/index.ts'
import { simpleHeaderConverter } from './simple-header/index.ts'
import { stringConverters } from './string/index.ts'

/** The stock converters: nine for keys and values, ten for headers; and Confluent's for Avro. */
const converters: PluginModule = {
  plugins: [
    ...byteArrayConverters,
    ...booleanConverters,
    ...numberConverters,
    ...stringConverters,
    ...jsonConverters,
    avroConverter,
    simpleHeaderConverter,
  ],
}

export default converters
