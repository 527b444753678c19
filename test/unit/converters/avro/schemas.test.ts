import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  BOOLEAN_SCHEMA,
  BYTES_SCHEMA,
  DATE_SCHEMA,
  Decimal,
  decimalBuilder,
  INT8_SCHEMA,
  INT16_SCHEMA,
  INT32_SCHEMA,
  INT64_SCHEMA,
  isConnectError,
  OPTIONAL_INT32_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  type Schema,
  SchemaBuilder,
  STRING_SCHEMA,
  Struct,
  schemasEqual,
  TIME_SCHEMA,
  TIMESTAMP_SCHEMA,
} from '../../../../api/index.ts'
import { avroToConnect } from '../../../../converters/avro/avro-to-connect.ts'
import { connectToAvro } from '../../../../converters/avro/connect-to-avro.ts'
import { parseAvroSchema } from '../../../../converters/avro/parse-schema.ts'
import { schemaText } from '../../../../converters/avro/schema-text.ts'
import { avroDataOptions } from '../../../support/avro-options.ts'

const NS = 'io.confluent.connect.avro'

function toText(schema: Schema | null, props: Readonly<Record<string, string>> = {}): string {
  return schemaText(connectToAvro(schema, avroDataOptions(props)))
}

function toConnect(text: string, props: Readonly<Record<string, string>> = {}, version: number | null = null): Schema {
  const schema = avroToConnect(parseAvroSchema(text), avroDataOptions(props), version)
  assert.ok(schema !== null)
  return schema
}

const structOf = (...fields: readonly (readonly [string, Schema])[]): SchemaBuilder => {
  const builder = SchemaBuilder.struct()
  for (const [name, schema] of fields) builder.field(name, schema)
  return builder
}

describe('Connect schemas as Avro', () => {
  const inner = structOf(['a', INT32_SCHEMA]).name('x.Inner').build()
  const optionalInner = structOf(['a', INT32_SCHEMA]).name('x.Inner').optional().build()
  const cases: readonly (readonly [
    name: string,
    schema: Schema | null,
    text: string,
    props?: Record<string, string>,
  ])[] = [
    ['int8', INT8_SCHEMA, '{"type":"int","connect.type":"int8"}'],
    ['int16', INT16_SCHEMA, '{"type":"int","connect.type":"int16"}'],
    ['int32', INT32_SCHEMA, '"int"'],
    ['int64', INT64_SCHEMA, '"long"'],
    ['boolean', BOOLEAN_SCHEMA, '"boolean"'],
    ['bytes', BYTES_SCHEMA, '"bytes"'],
    ['without metadata', INT8_SCHEMA, '"int"', { 'connect.meta.data': 'false' }],
    ['optional', OPTIONAL_STRING_SCHEMA, '["null","string"]'],
    [
      'optional with a default: null goes last',
      SchemaBuilder.int32().optional().defaultValue(7).build(),
      '[{"type":"int","connect.default":7},"null"]',
    ],
    [
      'decimal',
      decimalBuilder(2).build(),
      '{"type":"bytes","scale":2,"precision":64,"connect.version":1,"connect.parameters":{"scale":"2"},"connect.name":"org.apache.kafka.connect.data.Decimal","logicalType":"decimal"}',
    ],
    [
      'decimal of another precision',
      decimalBuilder(2).parameter('connect.decimal.precision', '9').build(),
      '{"type":"bytes","scale":2,"precision":9,"connect.version":1,"connect.parameters":{"scale":"2","connect.decimal.precision":"9"},"connect.name":"org.apache.kafka.connect.data.Decimal","logicalType":"decimal"}',
    ],
    [
      'date',
      DATE_SCHEMA,
      '{"type":"int","connect.version":1,"connect.name":"org.apache.kafka.connect.data.Date","logicalType":"date"}',
    ],
    [
      'time',
      TIME_SCHEMA,
      '{"type":"int","connect.version":1,"connect.name":"org.apache.kafka.connect.data.Time","logicalType":"time-millis"}',
    ],
    [
      'timestamp',
      TIMESTAMP_SCHEMA,
      '{"type":"long","connect.version":1,"connect.name":"org.apache.kafka.connect.data.Timestamp","logicalType":"timestamp-millis"}',
    ],
    ['array', SchemaBuilder.array(OPTIONAL_INT32_SCHEMA).build(), '{"type":"array","items":["null","int"]}'],
    ['map', SchemaBuilder.map(STRING_SCHEMA, INT64_SCHEMA).build(), '{"type":"map","values":"long"}'],
    [
      'map of other keys',
      SchemaBuilder.map(INT32_SCHEMA, INT64_SCHEMA).build(),
      `{"type":"array","items":{"type":"record","name":"MapEntry","namespace":"${NS}","fields":[{"name":"key","type":"int"},{"name":"value","type":"long"}]}}`,
    ],
    [
      'named map of other keys',
      SchemaBuilder.map(OPTIONAL_STRING_SCHEMA, INT64_SCHEMA).name('m.M').build(),
      '{"type":"array","items":{"type":"record","name":"M","namespace":"m","fields":[{"name":"key","type":["null","string"],"default":null},{"name":"value","type":"long"}],"connect.internal.type":"MapEntry"},"connect.name":"m.M"}',
    ],
    [
      'optional keys as told',
      SchemaBuilder.map(OPTIONAL_STRING_SCHEMA, INT64_SCHEMA).build(),
      '{"type":"map","values":"long"}',
      { 'allow.optional.map.keys': 'true' },
    ],
    [
      'struct',
      structOf(['a', INT32_SCHEMA], ['b', OPTIONAL_STRING_SCHEMA])
        .name('x.y.S')
        .version(3)
        .doc('d')
        .parameter('p', 'v')
        .build(),
      '{"type":"record","name":"S","namespace":"x.y","fields":[{"name":"a","type":"int"},{"name":"b","type":["null","string"],"default":null}],"connect.doc":"d","connect.version":3,"connect.parameters":{"p":"v"},"connect.name":"x.y.S"}',
    ],
    [
      'unnamed structs are numbered, equal ones shared',
      structOf(
        ['a', structOf(['x', INT32_SCHEMA]).build()],
        ['b', structOf(['y', INT32_SCHEMA]).build()],
        ['c', structOf(['x', INT32_SCHEMA]).build()],
      ).build(),
      `{"type":"record","name":"ConnectDefault","namespace":"${NS}","fields":[{"name":"a","type":{"type":"record","name":"ConnectDefault2","fields":[{"name":"x","type":"int"}]}},{"name":"b","type":{"type":"record","name":"ConnectDefault3","fields":[{"name":"y","type":"int"}]}},{"name":"c","type":"ConnectDefault2"}]}`,
    ],
    [
      'a struct used twice, once optional',
      structOf(['a', inner], ['b', optionalInner]).name('x.O').build(),
      '{"type":"record","name":"O","namespace":"x","fields":[{"name":"a","type":{"type":"record","name":"Inner","fields":[{"name":"a","type":"int"}],"connect.name":"x.Inner"}},{"name":"b","type":["null","Inner"],"default":null}],"connect.name":"x.O"}',
    ],
    [
      'defaults of fields',
      structOf(
        ['i', SchemaBuilder.int32().defaultValue(5).build()],
        ['d', SchemaBuilder.float64().defaultValue(1).build()],
        ['s', SchemaBuilder.string().optional().defaultValue('x').build()],
        ['n', decimalBuilder(1).defaultValue(new Decimal(15n, 1)).build()],
      ).build(),
      `{"type":"record","name":"ConnectDefault","namespace":"${NS}","fields":[{"name":"i","type":{"type":"int","connect.default":5},"default":5},{"name":"d","type":{"type":"double","connect.default":1.0},"default":1.0},{"name":"s","type":[{"type":"string","connect.default":"x"},"null"],"default":"x"},{"name":"n","type":{"type":"bytes","scale":1,"precision":64,"connect.version":1,"connect.parameters":{"scale":"1"},"connect.default":"\\u000F","connect.name":"org.apache.kafka.connect.data.Decimal","logicalType":"decimal"},"default":"\\u000F"}]}`,
    ],
    [
      'scrubbed names',
      structOf(['1st field', INT32_SCHEMA]).name('a-b.c d').build(),
      '{"type":"record","name":"c_d","namespace":"a_b","fields":[{"name":"x1st_field","type":"int"}],"connect.name":"a-b.c d"}',
      { 'scrub.invalid.names': 'true' },
    ],
    [
      'fixed',
      SchemaBuilder.bytes().name('x.F').parameter('connect.fixed.size', '4').build(),
      '{"type":"fixed","name":"F","namespace":"x","size":4,"connect.parameters":{"connect.fixed.size":"4"},"connect.name":"x.F"}',
    ],
    [
      'enum',
      enumSchema('x.E', 'A', 'B'),
      `{"type":"enum","name":"E","namespace":"x","symbols":["A","B"],"connect.parameters":{"${NS}.Enum":"x.E","${NS}.Enum.A":"A","${NS}.Enum.B":"B"},"connect.name":"x.E"}`,
      { 'enhanced.avro.schema.support': 'true' },
    ],
    [
      'enum without enhanced support',
      enumSchema('x.E', 'A'),
      `{"type":"string","connect.parameters":{"${NS}.Enum":"x.E","${NS}.Enum.A":"A"},"connect.name":"x.E"}`,
    ],
    [
      'union',
      structOf(['int', OPTIONAL_INT32_SCHEMA], ['Inner', optionalInner]).name(`${NS}.Union`).optional().build(),
      '["null","int",{"type":"record","name":"Inner","namespace":"x","fields":[{"name":"a","type":"int"}],"connect.name":"x.Inner"}]',
    ],
  ]
  for (const [name, schema, text, props] of cases) {
    it(name, () => assert.equal(toText(schema, props), text))
  }

  it('schemaless data have a record for any type', () => {
    const text = toText(null)
    assert.match(
      text,
      /^\{"type":"record","name":"Anything","namespace":"io\.confluent\.connect\.avro","fields":\[\{"name":"boolean","type":\["null","boolean"\],"default":null\}/,
    )
    assert.equal(avroToConnect(parseAvroSchema(text), avroDataOptions(), 4), null)
  })

  const refused: readonly (readonly [string, Schema, RegExp])[] = [
    ['a name that Avro does not allow', structOf(['a-b', INT32_SCHEMA]).build(), /Illegal name for Avro: a-b/],
    [
      'two structs of one name',
      structOf(['a', inner], ['b', structOf(['z', INT32_SCHEMA]).name('x.Inner').build()]).build(),
      /Can't redefine: x\.Inner/,
    ],
  ]
  for (const [name, schema, message] of refused) {
    it(`refuses ${name}`, () => {
      assert.throws(
        () => toText(schema),
        (error) => isConnectError(error) && message.test(error.message) && error.remedy !== null,
      )
    })
  }
})

describe('Avro schemas as Connect', () => {
  const same: readonly (readonly [string, Schema, Record<string, string>?])[] = [
    ['int8', INT8_SCHEMA],
    ['decimal', decimalBuilder(3).parameter('connect.decimal.precision', '10').build()],
    ['date', DATE_SCHEMA],
    [
      'optional with default',
      SchemaBuilder.int64()
        .optional()
        .defaultValue(2n ** 60n)
        .build(),
    ],
    [
      'struct with defaults',
      structOf(['a', SchemaBuilder.bool().defaultValue(true).build()])
        .name('s.S')
        .version(2)
        .doc('x')
        .build(),
    ],
    ['array with default', SchemaBuilder.array(STRING_SCHEMA).defaultValue(['a']).build()],
    [
      'map with default',
      SchemaBuilder.map(STRING_SCHEMA, INT32_SCHEMA)
        .defaultValue(new Map([['k', 1]]))
        .build(),
    ],
    ['map of other keys', SchemaBuilder.map(INT32_SCHEMA, OPTIONAL_STRING_SCHEMA).name('m').build()],
    ['enum', enumSchema('x.E', 'A', 'B'), { 'enhanced.avro.schema.support': 'true' }],
    ['fixed', SchemaBuilder.bytes().name('x.F').parameter('connect.fixed.size', '4').build()],
    ['union', structOf(['int', OPTIONAL_INT32_SCHEMA], ['string', OPTIONAL_STRING_SCHEMA]).name(`${NS}.Union`).build()],
  ]
  for (const [name, schema, props] of same) {
    it(`${name} comes back`, () => {
      const back = toConnect(toText(schema, props), props)
      assert.ok(schemasEqual(back, schema), JSON.stringify([back, schema], replacer))
    })
  }

  it('a struct default comes back', () => {
    const plain = structOf(['a', INT32_SCHEMA]).name('s.S').build()
    const value = new Struct(plain).put('a', 4)
    const schema = structOf(['s', structOf(['a', INT32_SCHEMA]).name('s.S').defaultValue(value).build()])
      .name('s.O')
      .build()
    const back = toConnect(toText(schema)).field('s')?.schema.defaultValue as Struct
    assert.equal(back.get('a'), 4)
  })

  it("a field's own default is marked, and goes back as it came", () => {
    const text = '{"type":"record","name":"R","fields":[{"name":"a","type":"int","default":5}]}'
    const schema = toConnect(text)
    const field = schema.field('a')?.schema
    assert.equal(field?.defaultValue, 5)
    assert.deepEqual(field?.parameters, new Map([[`${NS}.field.default`, 'true']]))
    assert.equal(
      toText(schema),
      '{"type":"record","name":"R","fields":[{"name":"a","type":"int","default":5}],"connect.name":"R"}',
    )
  })

  it('docs of records and fields are kept as parameters, or as docs when told so', () => {
    const text = '{"type":"record","name":"R","doc":"of R","fields":[{"name":"a","type":"int","doc":"of a"}]}'
    const schema = toConnect(text)
    assert.deepEqual(
      schema.parameters,
      new Map([
        [`${NS}.record.doc`, 'of R'],
        [`${NS}.field.doc.a`, 'of a'],
      ]),
    )
    assert.match(toText(schema), /"doc":"of R","fields":\[\{"name":"a","type":"int","doc":"of a"\}\]/)
    assert.equal(toConnect(text, { 'discard.type.doc.default': 'true' }).field('a')?.schema.doc, 'of a')
  })

  it('the version of the registry is taken where the schema has none', () => {
    assert.equal(toConnect('"int"', {}, 4).version, 4)
    assert.equal(toConnect('{"type":"int","connect.version":2}', {}, 4).version, 2)
    assert.equal(toConnect('{"type":"int","logicalType":"date"}', {}, 4).version, 1)
  })

  it('logical types need no name of Connect; those it has none for stay what they sit on', () => {
    assert.ok(schemasEqual(toConnect('{"type":"long","logicalType":"timestamp-millis"}'), TIMESTAMP_SCHEMA))
    assert.ok(schemasEqual(toConnect('{"type":"long","logicalType":"timestamp-micros"}'), INT64_SCHEMA))
    assert.ok(schemasEqual(toConnect('{"type":"string","logicalType":"uuid"}'), STRING_SCHEMA))
    const fixed = toConnect('{"type":"fixed","name":"F","size":8,"logicalType":"decimal","precision":9,"scale":2}')
    assert.equal(fixed.name, 'org.apache.kafka.connect.data.Decimal')
  })

  it('a record may hold itself', () => {
    const text =
      '{"type":"record","name":"Node","namespace":"t","fields":[{"name":"next","type":["null","Node"],"default":null},{"name":"all","type":{"type":"array","items":"Node"}}]}'
    const schema = toConnect(text)
    const next = schema.field('next')?.schema
    assert.equal(next?.optional, true)
    assert.equal(next?.field('next')?.schema.name, 't.Node')
    assert.equal(toText(schema), `${text.slice(0, -1)},"connect.name":"t.Node"}`)
  })

  it('generalised unions are named by position', () => {
    const schema = toConnect('["null","int","string"]', { 'generalized.sum.type.support': 'true' })
    assert.deepEqual(
      schema.fields.map(({ name }) => name),
      ['connect_union_field_1', 'connect_union_field_2'],
    )
    assert.equal(toText(schema, { 'generalized.sum.type.support': 'true' }), '["null","int","string"]')
  })

  it('what is no schema is refused with a reason', () => {
    for (const text of [
      '{"type":"record","name":"R"}',
      '{"type":"nothing"}',
      '{',
      '7',
      '{"type":"array"}',
      '"null"',
      '{"type":"int","connect.type":"int99"}',
    ]) {
      assert.throws(() => toConnect(text), isConnectError, text)
    }
    assert.throws(() => toConnect('["'.repeat(20_000)), isConnectError)
    assert.throws(() => toConnect(`${'['.repeat(20_000)}"int"${']'.repeat(20_000)}`), isConnectError)
  })
})

function enumSchema(name: string, ...symbols: readonly string[]): Schema {
  const builder = SchemaBuilder.string().name(name).parameter(`${NS}.Enum`, name)
  for (const symbol of symbols) builder.parameter(`${NS}.Enum.${symbol}`, symbol)
  return builder.build()
}

function replacer(_key: string, value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries(value)
  return typeof value === 'bigint' ? `${value}n` : value
}
