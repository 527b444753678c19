import {
  type Awaitable,
  ConnectError,
  type Converter,
  type ConverterRole,
  configError,
  isConnectError,
  type Props,
  type RawHeader,
  type Schema,
  type SchemaAndValue,
} from '../../api/index.ts'
import { RegistryClient } from '../schema-registry/client.ts'
import { parseRegistryConfig } from '../schema-registry/config.ts'
import { subjectNames } from '../schema-registry/subjects.ts'
import { avroConverterConfig, dataOptions, writerSchema } from './config.ts'
import { AvroReader } from './reader.ts'
import { AvroWriter } from './writer.ts'

/**
 * Connect data to Avro in the wire format of the schema registry, and back. The first record of a schema waits for the
 * registry; those after it are converted at once.
 */
export class AvroConverter implements Converter {
  readonly #registry: RegistryClient
  readonly #writer: AvroWriter
  readonly #reader: AvroReader

  /** @throws `CONFIG_INVALID` */
  constructor(props: Props, converterRole: ConverterRole) {
    const role = converterRole === 'key' ? 'key' : 'value'
    const config = avroConverterConfig.parse({ ...props, 'converter.type': converterRole })
    if (isSet(props['context.name.strategy'], 'NullContextNameStrategy')) {
      throw configError('context.name.strategy is not supported: contexts of the registry are not known here', {
        remedy: 'Remove it, or put the context into schema.registry.url (/contexts/.name).',
      })
    }
    const property = `${role}.subject.name.strategy` as const
    const subject = subjectNames(config[property], role, property)
    const options = dataOptions(config)
    const cacheSize = config['schemas.cache.config']
    const [source, normalize] = [writerSchema(config), config['normalize.schemas']]
    this.#registry = new RegistryClient(parseRegistryConfig(props))
    this.#writer = new AvroWriter(this.#registry, subject, { options, source, normalize, cacheSize })
    this.#reader = new AvroReader(this.#registry, subject, { options, role, cacheSize })
  }

  fromConnectData(
    topic: string,
    _headers: RawHeader[],
    schema: Schema | null,
    value: unknown,
  ): Awaitable<Uint8Array | null> {
    return explained(`Failed to serialize Avro data from topic ${topic}`, () =>
      this.#writer.write(topic, schema, value),
    )
  }

  toConnectData(topic: string, headers: readonly RawHeader[], bytes: Uint8Array | null): Awaitable<SchemaAndValue> {
    return explained(`Failed to deserialize data for topic ${topic} to Avro`, () =>
      this.#reader.read(topic, headers, bytes),
    )
  }

  close(): void {
    this.#registry.close()
  }
}

function isSet(value: string | null | undefined, byDefault: string): boolean {
  return value !== undefined && value !== null && value !== '' && !value.endsWith(byDefault)
}

/** Says of an error, at once or later, what was being done. */
function explained<T>(what: string, run: () => Awaitable<T>): Awaitable<T> {
  try {
    const result = run()
    return result instanceof Promise ? result.catch((error: unknown) => fail(what, error)) : result
  } catch (error) {
    return fail(what, error)
  }
}

function fail(what: string, error: unknown): never {
  if (!isConnectError(error)) throw error
  const { code, message, remedy, retriable, javaClass } = error
  throw new ConnectError(code, `${what}: ${message}`, {
    retriable,
    javaClass,
    cause: error,
    ...(remedy === null ? {} : { remedy }),
  })
}
