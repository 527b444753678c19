import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  BOOLEAN_SCHEMA,
  BYTES_SCHEMA,
  DATE_SCHEMA,
  Decimal,
  decimalBuilder,
  FLOAT32_SCHEMA,
  FLOAT64_SCHEMA,
  INT8_SCHEMA,
  INT16_SCHEMA,
  INT32_SCHEMA,
  INT64_SCHEMA,
  int64,
  isConnectError,
  type Props,
  type Schema,
  SchemaBuilder,
  schemasEqual,
  STRING_SCHEMA,
  Struct,
  TIME_SCHEMA,
  TIMESTAMP_SCHEMA,
  valuesEqual,
} from '../../../api/index.ts'
import converters from '../../../converters/index.ts'
import { jsonConverterConfig } from '../../../converters/json/config.ts'
import { JsonConverter } from '../../../converters/json/index.ts'

interface Typed {
  readonly schema: Schema
  readonly value: unknown
}

const scalar = (schema: Schema, value: fc.Arbitrary<unknown>): fc.Arbitrary<Typed> =>
  value.map((each) => ({ schema, value: each }))
const DAY_MS = 86_400_000

const scalars: fc.Arbitrary<Typed> = fc.oneof(
  scalar(INT8_SCHEMA, fc.integer({ min: -128, max: 127 })),
  scalar(INT16_SCHEMA, fc.integer({ min: -32768, max: 32767 })),
  scalar(INT32_SCHEMA, fc.integer()),
  scalar(INT64_SCHEMA, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(int64)),
  scalar(
    FLOAT32_SCHEMA,
    fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  ),
  scalar(
    FLOAT64_SCHEMA,
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  ),
  scalar(BOOLEAN_SCHEMA, fc.boolean()),
  scalar(STRING_SCHEMA, fc.string({ unit: 'grapheme' })),
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
    .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: 0, max: 30 }))
    .map(([unscaled, scale]) => ({ schema: decimalBuilder(scale).build(), value: new Decimal(unscaled, scale) })),
)

const fieldName = fc.oneof(
  fc.string({ minLength: 1 }),
  fc.constantFrom('__proto__', 'constructor', 'schema', 'payload'),
)

const { typed } = fc.letrec<{ typed: Typed }>((tie) => ({
  typed: fc.oneof(
    { maxDepth: 3 },
    scalars,
    tie('typed').map(({ schema, value }) => ({ schema: SchemaBuilder.array(schema).build(), value: [value, value] })),
    fc.tuple(tie('typed'), fc.string()).map(([{ schema, value }, key]) => ({
      schema: SchemaBuilder.map(STRING_SCHEMA, schema).build(),
      value: new Map([[key, value]]),
    })),
    fc.tuple(tie('typed'), fc.integer()).map(([{ schema, value }, key]) => ({
      schema: SchemaBuilder.map(INT32_SCHEMA, schema).optional().build(),
      value: new Map([[key, value]]),
    })),
    fc.uniqueArray(fc.tuple(fieldName, tie('typed')), { selector: ([name]) => name, maxLength: 5 }).map((fields) => {
      const builder = SchemaBuilder.struct().name('n').version(3).doc('d').parameter('p', 'v')
      for (const [name, each] of fields) builder.field(name, each.schema)
      const struct = new Struct(builder.build())
      for (const [name, each] of fields) struct.put(name, each.value)
      return { schema: struct.schema, value: struct }
    }),
  ),
}))

const create = (props: Props): JsonConverter =>
  new JsonConverter(jsonConverterConfig.parse({ ...props, 'converter.type': 'value' }))

describe('JsonConverter', () => {
  for (const format of ['BASE64', 'NUMERIC']) {
    it(`data goes round with its schema, decimals as ${format}`, () => {
      const converter = create({ 'decimal.format': format })
      fc.assert(
        fc.property(typed, ({ schema, value }) => {
          const bytes = converter.fromConnectData('t', [], schema, value)
          for (let i = 0; i < 2; i++) {
            const back = converter.toConnectData('t', [], bytes)
            assert.ok(schemasEqual(back.schema, schema), bytes?.toString())
            assert.ok(valuesEqual(back.value, value), bytes?.toString())
          }
        }),
        { numRuns: 500 },
      )
    })
  }
})

describe('every converter', () => {
  const before = Reflect.ownKeys(Object.prototype).length
  for (const plugin of converters.plugins) {
    // Avro's asks a registry before it reads anything: avro-converter.test.ts.
    if (plugin.kind !== 'converter' || plugin.className.endsWith('.AvroConverter')) continue
    it(`${plugin.className} reads or refuses any bytes`, () => {
      for (const props of plugin.config.keys.has('schemas.enable')
        ? [{ 'schemas.enable': 'true' }, { 'schemas.enable': 'false' }]
        : [{}]) {
        const converter = plugin.create(props, 'value')
        const bytes = fc.oneof(
          fc.uint8Array({ maxLength: 20 }),
          fc
            .json()
            .map((payload) =>
              Buffer.from(`{"schema":{"type":"struct","fields":[{"type":"int32","field":"a"}]},"payload":${payload}}`),
            ),
          fc.json().map((schema) => Buffer.from(`{"schema":${schema},"payload":{"__proto__":{"polluted":1.0}}}`)),
        )
        fc.assert(
          fc.property(bytes, (source) => {
            try {
              void converter.toConnectData('t', [], source)
            } catch (error) {
              assert.ok(isConnectError(error) && error.code === 'DATA_INVALID', String(error))
            }
          }),
          { numRuns: 300 },
        )
        assert.equal(Reflect.ownKeys(Object.prototype).length, before)
        assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
      }
    })
  }
})
