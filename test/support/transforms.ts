import assert from 'node:assert/strict'
import {
  type ConnectRecord,
  type PluginDescriptor,
  type Props,
  type Schema,
  SinkRecord,
  type Struct,
  type Transformation,
} from '../../api/index.ts'
import transforms from '../../transforms/index.ts'

const PACKAGE = 'org.apache.kafka.connect.transforms'

/** The descriptor of a stock class, by its name without the package. */
export function stockPlugin(name: string): PluginDescriptor {
  const plugin = transforms.plugins.find((each) => each.className === `${PACKAGE}.${name}`)
  if (plugin === undefined) throw new Error(`no ${name}`)
  return plugin
}

/** A configured stock transformation. */
export function stockTransform(name: string, props: Props = {}): Transformation {
  return created(stockPlugin(name), props)
}

/** A configured transformation of Debezium, by its name below `io.debezium.transforms`. */
export function debeziumTransform(name: string, props: Props = {}): Transformation {
  const plugin = transforms.plugins.find((each) => each.className === `io.debezium.transforms.${name}`)
  if (plugin === undefined) throw new Error(`no ${name}`)
  return created(plugin, props)
}

function created(plugin: PluginDescriptor, props: Props): Transformation {
  assert.equal(plugin.kind, 'transformation')
  return plugin.kind === 'transformation' ? plugin.create(props) : { apply: () => null }
}

/** A sink record with that value. */
export function sinkRecord(value: unknown, valueSchema: Schema | null = null): SinkRecord {
  return new SinkRecord({ topic: 't', kafkaPartition: 1, kafkaOffset: 7, timestamp: 5, value, valueSchema })
}

/** A sink record with a struct as value. */
export function structRecord(struct: Struct): SinkRecord {
  return sinkRecord(struct, struct.schema)
}

/** What a stock transformation makes of a record; they all answer at once and drop nothing but through Filter. */
export function applied<R extends ConnectRecord>(transformation: Transformation, record: R): R {
  const result = transformation.apply(record)
  assert.ok(result !== null && !(result instanceof Promise))
  return result
}
