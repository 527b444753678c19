import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import {
  BOOLEAN_SCHEMA,
  BYTES_SCHEMA,
  DATE_SCHEMA,
  Decimal,
  decimalBuilder,
  FLOAT32_SCHEMA,
  FLOAT64_SCHEMA,
  float64,
  INT8_SCHEMA,
  INT16_SCHEMA,
  INT32_SCHEMA,
  INT64_SCHEMA,
  int64,
  isConnectError,
  type Schema,
  SchemaBuilder,
  schemasEqual,
  STRING_SCHEMA,
  Struct,
  setEntry,
  TIME_SCHEMA,
  TIMESTAMP_SCHEMA,
  valuesEqual,
} from '../../../api/index.ts'
import { AvroConverter } from '../../../converters/avro/converter.ts'
import { makeCodec } from '../../../converters/avro/codec.ts'
import { avroToConnect } from '../../../converters/avro/avro-to-connect.ts'
import { parseAvroSchema } from '../../../converters/avro/parse-schema.ts'
import { compileReader } from '../../../converters/avro/value-reader.ts'
import { FakeRegistry } from '../../support/fake-registry.ts'
import { avroDataOptions } from '../../support/avro-options.ts'

interface Typed {
  readonly schema: Schema
  readonly value: unknown
}

const scalar = (schema: Schema, value: fc.Arbitrary<unknown>): fc.Arbitrary<Typed> =>
  value.map((each) => ({ schema, value: each }))
const DAY_MS = 86_400_000
const text = fc.string({ unit: 'grapheme' })

const scalars: fc.Arbitrary<Typed> = fc.oneof(
  scalar(INT8_SCHEMA, fc.integer({ min: -128, max: 127 })),
  scalar(INT16_SCHEMA, fc.integer({ min: -32768, max: 32767 })),
  scalar(INT32_SCHEMA, fc.integer()),
  scalar(INT64_SCHEMA, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(int64)),
  scalar(INT64_SCHEMA, fc.maxSafeInteger().map(int64)),
  scalar(FLOAT32_SCHEMA, fc.float()),
  scalar(FLOAT64_SCHEMA, fc.double()),
  scalar(BOOLEAN_SCHEMA, fc.boolean()),
  scalar(STRING_SCHEMA, text),
  scalar(BYTES_SCHEMA, fc.uint8Array()),
  scalar(
    DATE_SCHEMA,
    fc.integer({ min: -100_000, max: 100_000 }).map((days) => new Date(days * DAY_MS)),
  ),
  scalar(
    TIME_SCHEMA,
    fc.integer({ min: 0, max: DAY_MS }).map((ms) => new Date(ms)),
  ),
  scalar(TIMESTAMP_SCHEMA, fc.date({ noInvalidDate: true })),
  fc
    .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: -2, max: 30 }))
    .map(([unscaled, scale]) => ({ schema: decimalBuilder(scale).build(), value: new Decimal(unscaled, scale) })),
)

const fieldName = fc.oneof(
  fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/),
  fc.constantFrom('__proto__', 'constructor', 'hasOwnProperty', 'toString', '_0', 'class'),
)

/** Names of structs must differ within a schema, so each is made of a counter. */
let names = 0

const { typed } = fc.letrec<{ typed: Typed }>((tie) => ({
  typed: fc.oneof(
    { maxDepth: 3 },
    scalars,
    tie('typed').map(({ schema, value }) => ({ schema: SchemaBuilder.array(schema).build(), value: [value, value] })),
    fc.tuple(tie('typed'), text).map(([{ schema, value }, key]) => ({
      schema: SchemaBuilder.map(STRING_SCHEMA, schema).build(),
      value: new Map([[key, value]]),
    })),
    fc.tuple(tie('typed'), fc.integer()).map(([{ schema, value }, key]) => ({
      schema: SchemaBuilder.map(INT32_SCHEMA, schema).name(`m.M${names++}`).build(),
      value: new Map([[key, value]]),
    })),
    fc
      .uniqueArray(fc.tuple(fieldName, tie('typed'), fc.boolean()), { selector: ([name]) => name, maxLength: 5 })
      .map((fields) => {
        const builder = SchemaBuilder.struct().name(`n.s.S${names++}`).version(3).doc('d').parameter('p', 'v')
        for (const [name, each] of fields) builder.field(name, each.schema)
        const struct = new Struct(builder.build())
        for (const [name, each] of fields) struct.put(name, each.value)
        return { schema: struct.schema, value: struct }
      }),
    // Optional members, set and not.
    fc.array(fc.tuple(scalars, fc.boolean()), { maxLength: 5 }).map((fields) => {
      const builder = SchemaBuilder.struct().name(`n.O${names++}`)
      for (const [i, [each]] of fields.entries()) builder.field(`f${i}`, optional(each.schema))
      const struct = new Struct(builder.build())
      for (const [i, [each, isSet]] of fields.entries()) if (isSet) struct.put(`f${i}`, each.value)
      return { schema: struct.schema, value: struct }
    }),
  ),
}))

function optional(schema: Schema): Schema {
  const builder = SchemaBuilder.type(schema.type)
    .optional()
    .parameters(schema.parameters ?? [])
  if (schema.name !== null) builder.name(schema.name)
  if (schema.version !== null) builder.version(schema.version)
  return builder.build()
}

const schemaless = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(int64),
    fc.double().map(float64),
    fc.boolean(),
    text,
    fc.uint8Array(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc
      .uniqueArray(fc.tuple(fc.oneof(text, fc.constant('__proto__')), tie('value')), {
        selector: ([key]) => key,
        maxLength: 4,
      })
      .map((entries) => {
        const map: Record<string, unknown> = {}
        for (const [key, value] of entries) setEntry(map, key, value)
        return map
      }),
  ),
})).value

describe('AvroConverter', () => {
  let registry: FakeRegistry
  let converter: AvroConverter
  before(async () => {
    registry = await FakeRegistry.start()
    converter = new AvroConverter({ 'schema.registry.url': registry.url }, 'value')
  })
  after(async () => {
    converter.close()
    await registry.close()
  })

  it('data go round with their schema', async () => {
    await fc.assert(
      fc.asyncProperty(typed, async ({ schema, value }) => {
        for (let i = 0; i < 2; i++) {
          const bytes = await converter.fromConnectData('t', [], schema, value)
          const back = await converter.toConnectData('t', [], bytes)
          // The version of the registry is added where the schema has none.
          const expected = schema.version === null ? { ...plain(schema), version: 1 } : plain(schema)
          const registered = plain(back.schema)
          assert.deepEqual(
            { ...registered, version: expected['version'] },
            expected,
            registry.schema(Buffer.from(bytes ?? []).readInt32BE(1)),
          )
          assert.ok(valuesEqual(withSchema(back.value, schema), value))
        }
      }),
      { numRuns: 300 },
    )
  })

  it('schemaless data go round', async () => {
    await fc.assert(
      fc.asyncProperty(schemaless, async (value) => {
        const back = await converter.toConnectData('s', [], await converter.fromConnectData('s', [], null, value))
        assert.equal(back.schema, null)
        assert.ok(valuesEqual(back.value, value))
      }),
      { numRuns: 300 },
    )
  })

  it('whatever bytes a record has, it is a value or an error', () => {
    const schemas = [
      '{"type":"record","name":"R","fields":[{"name":"a","type":["null","R"]},{"name":"b","type":{"type":"array","items":["null",{"type":"map","values":"R"}]}},{"name":"c","type":["int","string",{"type":"enum","name":"E","symbols":["A","B"]},"null"]}]}',
      '{"type":"array","items":"null"}',
      '{"type":"array","items":{"type":"array","items":{"type":"record","name":"Empty","fields":[]}}}',
      '{"type":"array","items":"bytes"}',
      '{"type":"map","values":"long"}',
      '{"type":"array","items":{"type":"fixed","name":"F","size":1000000}}',
      '{"type":"int","logicalType":"date"}',
      '{"type":"long","logicalType":"timestamp-millis"}',
      '{"type":"bytes","logicalType":"decimal","precision":4,"scale":2}',
      '{"type":"record","name":"Endless","fields":[{"name":"self","type":"Endless"}]}',
    ].map((each) => parseAvroSchema(each))
    const readers = schemas.flatMap((avro) => {
      try {
        const schema = avroToConnect(avro, avroDataOptions(), null)
        const codec = makeCodec(avro)
        return [{ codec, read: compileReader(avro, schema, codec) }]
      } catch (error) {
        assert.ok(isConnectError(error), String(error))
        return []
      }
    })
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc.array(fc.constantFrom(0, 1, 2, 3, 0x7f, 0x80, 0xff), { maxLength: 64 }).map((each) => Uint8Array.from(each)),
      fc.constant(Uint8Array.from(Array.from({ length: 100_000 }, () => 2))),
    )
    fc.assert(
      fc.property(bytes, (source) => {
        for (const { codec, read } of readers) {
          try {
            read(codec.read(Buffer.from(source), 0))
          } catch (error) {
            assert.ok(isConnectError(error), String(error))
          }
        }
      }),
      { numRuns: 500 },
    )
  })
})

/** The schema's attributes, as plain data. */
function plain(schema: Schema | null): Record<string, unknown> {
  if (schema === null) return {}
  return {
    type: schema.type,
    optional: schema.optional,
    name: schema.name,
    version: schema.version,
    doc: schema.doc,
    parameters: schema.parameters,
    fields: schema.fields.map(({ name, schema: each }) => [name, plain(each)]),
    key: schema.keySchema === null ? null : plain(schema.keySchema),
    value: schema.valueSchema === null ? null : plain(schema.valueSchema),
  }
}

/** A struct under the schema that it was written with: the one read has the registry's version. */
function withSchema(value: unknown, schema: Schema): unknown {
  if (!(value instanceof Struct) || schemasEqual(value.schema, schema)) return value
  return Struct.ofValues(schema, value.values)
}
