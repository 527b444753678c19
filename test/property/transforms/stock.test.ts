import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  BOOLEAN_SCHEMA,
  type ConnectRecord,
  checkValue,
  dateBuilder,
  Decimal,
  decimalBuilder,
  float64,
  Headers,
  isConnectError,
  isSchema,
  isStruct,
  type Schema,
  SchemaBuilder,
  SinkRecord,
  STRING_SCHEMA,
  setEntry,
  Struct,
  timestampBuilder,
} from '../../../api/index.ts'
import { javaToString } from '../../../compat/java-text.ts'
import transforms from '../../../transforms/index.ts'

const RUNS = 4000

const name = fc.constantFrom('a', 'b', 'c.d', '__proto__', 'constructor', '`q`', 'x')
const path = fc.oneof(
  name,
  fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('.')),
  fc.string(),
)
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('7', '-1.5e3', '2024-02-29', 'true', '[1,2]', ''))
const list = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join(','))
const castSpec = fc.array(
  fc.tuple(name, fc.constantFrom('int8', 'int16', 'int32', 'int64', 'float32', 'float64', 'boolean', 'string', 'no')),
  { minLength: 1, maxLength: 3 },
)
const flag = fc.constantFrom('true', 'false')
const datePattern = fc.oneof(
  fc.constantFrom('yyyy-MM-dd', "yyyy-MM-dd'T'HH:mm:ss.SSSXXX", 'yyMMddHH', 'EEE, d MMM yyyy z', 'YYYY-ww-u'),
  fc
    .array(fc.constantFrom(...Array.from("GyYMLdDFEuaHkKhmsSwWzZX- 'T")), { maxLength: 8 })
    .map((each) => each.join('')),
)

/** Random properties for any key that a definition has, mostly of the right form. */
const values: Readonly<Record<string, fc.Arbitrary<string>>> = {
  spec: fc.oneof(
    castSpec.map((pairs) => pairs.map((pair) => pair.join(':')).join(',')),
    fc.constantFrom('int8', 'string', 'float64', 'boolean'),
    text,
  ),
  field: path,
  fields: list,
  headers: list,
  operation: fc.constantFrom('move', 'copy', 'zap'),
  delimiter: fc.constantFrom('.', '_', ''),
  'replace.null.with.default': flag,
  'field.syntax.version': fc.constantFrom('V1', 'V2', 'v2'),
  'target.type': fc.constantFrom('string', 'unix', 'Date', 'Time', 'Timestamp'),
  format: datePattern,
  'timestamp.format': datePattern,
  'unix.precision': fc.constantFrom('seconds', 'milliseconds', 'microseconds', 'nanoseconds'),
  'schema.version': fc.constantFrom('1', '-7', 'x'),
  regex: fc.constantFrom('.*', '(t)(.*)', '[', '(?<n>t)'),
  pattern: fc.constantFrom('.*', 't'),
  renames: fc.tuple(name, name).map((pair) => pair.join(':')),
}

const anyTransformation = fc
  .constantFrom(...transforms.plugins.filter((plugin) => plugin.kind === 'transformation'))
  .chain((plugin) => {
    const keys = [...plugin.config.keys.values()]
    const props = Object.fromEntries(keys.map((key) => [key.name, values[key.name] ?? text]))
    const requiredKeys = keys.filter((key) => key.required).map((key) => key.name)
    return fc.record(props, { requiredKeys }).map((chosen) => ({ plugin, props: chosen as Record<string, string> }))
  })

const leaf: fc.Arbitrary<unknown> = fc.oneof(
  text,
  fc.boolean(),
  fc.integer(),
  fc.bigInt({ min: 2n ** 60n, max: 2n ** 63n - 1n }),
  fc.double().map(float64),
  fc.uint8Array({ maxLength: 4 }),
  fc.date({ noInvalidDate: true }),
  fc.tuple(fc.bigInt(), fc.integer({ min: -3, max: 9 })).map(([unscaled, scale]) => new Decimal(unscaled, scale)),
  fc.constant(null),
)

const schemaless: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, leaf, tie('list'), tie('map')),
  list: fc.array(tie('value'), { maxLength: 3 }),
  map: fc.array(fc.tuple(name, tie('value')), { maxLength: 4 }).map((entries) => {
    const map: Record<string, unknown> = {}
    for (const [key, entry] of entries) setEntry(map, key, entry)
    return map
  }),
})).value

/** A schema and a value of it, null where that may be. */
interface Typed {
  readonly schema: Schema
  readonly value: unknown
}

const scalars: readonly fc.Arbitrary<Typed>[] = [
  fc.string().map((value) => ({ schema: STRING_SCHEMA, value })),
  fc.boolean().map((value) => ({ schema: BOOLEAN_SCHEMA, value })),
  fc.option(fc.integer()).map((value) => ({ schema: SchemaBuilder.int64().optional().defaultValue(9).build(), value })),
  fc.option(fc.double()).map((value) => ({ schema: SchemaBuilder.float64().optional().build(), value })),
  fc.integer({ min: -128, max: 127 }).map((value) => ({ schema: SchemaBuilder.int8().build(), value })),
  fc.uint8Array().map((value) => ({ schema: SchemaBuilder.bytes().build(), value })),
  fc.bigInt().map((unscaled) => ({ schema: decimalBuilder(2).build(), value: new Decimal(unscaled, 2) })),
  fc.date({ noInvalidDate: true }).map((value) => ({ schema: timestampBuilder().build(), value })),
  fc.option(fc.integer({ min: 0, max: 30_000 })).map((days) => ({
    schema: dateBuilder().optional().build(),
    value: days === null ? null : new Date(days * 86_400_000),
  })),
  fc.array(fc.string()).map((value) => ({ schema: SchemaBuilder.array(STRING_SCHEMA).build(), value })),
  fc.constant({ schema: SchemaBuilder.map(STRING_SCHEMA, STRING_SCHEMA).build(), value: new Map([['k', 'v']]) }),
]

const typed: fc.Arbitrary<Typed> = fc.letrec<{ value: Typed; struct: Typed }>((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, ...scalars, tie('struct'), tie('struct')),
  struct: fc
    .tuple(fc.uniqueArray(fc.tuple(name, tie('value')), { selector: ([key]) => key, maxLength: 5 }), fc.boolean())
    .map(([fields, optional]) => {
      const builder = SchemaBuilder.struct().name('S')
      for (const [key, field] of fields) builder.field(key, field.schema)
      const schema = optional ? builder.optional().build() : builder.build()
      const value = Struct.ofValues(
        schema,
        fields.map(([, field]) => field.value),
      )
      return { schema, value }
    }),
})).value

const half = fc.oneof(
  typed,
  schemaless.map((value) => ({ schema: null, value })),
)
const record = fc.tuple(half, half, fc.option(fc.integer({ min: 0, max: 2_000_000_000_000 }))).map(
  ([key, value, timestamp]) =>
    new SinkRecord({
      topic: 't',
      kafkaPartition: 0,
      kafkaOffset: 0,
      timestamp,
      keySchema: key.schema,
      key: key.value,
      valueSchema: value.schema,
      value: value.value,
      headers: Headers.EMPTY.with('a', 'x').with('b', null),
    }),
)

function assertSound(schema: Schema | null, value: unknown): void {
  if (schema === null) return
  assert.ok(isSchema(schema))
  if (isStruct(value)) {
    assert.equal(value.values.length, value.schema.fields.length)
    for (const field of value.schema.fields) checkValueOrNull(field.schema, value.values[field.index] ?? null)
  } else checkValueOrNull(schema, value)
}

/** Flatten and defaults may leave nulls; all else must fit its schema. A whole cast keeps a logical name, as in Java. */
function checkValueOrNull(schema: Schema, value: unknown): void {
  if (value !== null && schema.name === null) checkValue(schema, value)
}

const shown = (each: ConnectRecord): string =>
  [javaToString(each.key, each.keySchema), javaToString(each.value, each.valueSchema), each.headers.size].join('|')

describe('any transformation on any record', () => {
  it('answers a sound record or an error of its kind, changes neither its input nor a prototype', () => {
    const before = Reflect.ownKeys(Object.prototype).length
    let [answers, refusals] = [0, 0]
    fc.assert(
      fc.property(anyTransformation, record, ({ plugin, props }, input) => {
        const text = shown(input)
        try {
          if (plugin.kind !== 'transformation') return
          const transformation = plugin.create(props)
          const [first, second] = [transformation.apply(input), transformation.apply(input)]
          assert.ok(!(first instanceof Promise) && !(second instanceof Promise))
          answers++
          if (first === null) return
          assertSound(first.keySchema, first.key)
          assertSound(first.valueSchema, first.value)
          // A schema is derived once, not per record.
          assert.equal(first.keySchema, second?.keySchema)
          assert.equal(first.valueSchema, second?.valueSchema)
        } catch (error) {
          if (!isConnectError(error)) throw error
          assert.match(error.code, /^(?:CONFIG_INVALID|DATA_INVALID|CONNECT_FAILED)$/)
          refusals++
        }
        assert.equal(shown(input), text)
        assert.equal(Reflect.ownKeys(Object.prototype).length, before)
      }),
      { numRuns: RUNS },
    )
    assert.ok(answers > RUNS / 10 && refusals > RUNS / 10, `${answers} answers, ${refusals} refusals`)
  })
})
