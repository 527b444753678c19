import { ConnectError, errorToData } from '../../api/index.ts'
import type { CommonConfig } from '../config/worker-config.ts'
import { namesOf } from '../plugins/aliases.ts'

const numbers = ['Double', 'Float', 'Integer', 'Long', 'Short'].map(
  (type) => `org.apache.kafka.connect.converters.${type}Converter`,
)
const both = [
  ...numbers,
  'org.apache.kafka.connect.converters.BooleanConverter',
  'org.apache.kafka.connect.converters.ByteArrayConverter',
  'org.apache.kafka.connect.json.JsonConverter',
  'org.apache.kafka.connect.storage.StringConverter',
]

/** What is built in, by class: known here so that a worker that uses nothing else need not load a plugin to start. */
export const builtInConverters = {
  converter: [...both, 'io.confluent.connect.avro.AvroConverter'],
  header_converter: [...both, 'org.apache.kafka.connect.storage.SimpleHeaderConverter'],
} as const

const properties = [
  ['key.converter', 'converter'],
  ['value.converter', 'converter'],
  ['header.converter', 'header_converter'],
] as const

/**
 * Refuses a worker file whose converters are not installed, as Connect does: else every task would fail with it.
 * @param ask loads the plugins and rejects with `NOT_FOUND` for a class that is not among them
 * @throws `CONFIG_INVALID`
 */
export async function checkWorkerConverters(
  values: CommonConfig,
  ask: (className: string) => Promise<unknown>,
): Promise<void> {
  for (const [property, kind] of properties) {
    const name = values[property].trim()
    if (builtInConverters[kind].some((className) => namesOf(kind, className, []).includes(name))) continue
    try {
      await ask(name)
    } catch (cause) {
      if (errorToData(cause).code !== 'NOT_FOUND') throw cause
      throw new ConnectError(
        'CONFIG_INVALID',
        `Invalid value ${name} for configuration ${property}: Class ${name} could not be found.`,
        { cause, remedy: `Built in are ${builtInConverters[kind].join(', ')}; others come from plugin.path.` },
      )
    }
  }
}
