import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  Decimal,
  DATE_SCHEMA,
  decimalBuilder,
  Float64,
  INT32_SCHEMA,
  INT64_SCHEMA,
  isConnectError,
  OPTIONAL_STRING_SCHEMA,
  type Props,
  type Schema,
  SchemaBuilder,
  STRING_SCHEMA,
  Struct,
} from '../../../api/index.ts'
import { jsonConverterConfig } from '../../../converters/json/config.ts'
import { JsonConverter } from '../../../converters/json/index.ts'

const converter = (props: Props = {}): JsonConverter =>
  new JsonConverter(jsonConverterConfig.parse({ ...props, 'converter.type': 'value' }))
const write = (schema: Schema | null, value: unknown, props: Props = {}): string | null =>
  converter(props).fromConnectData('t', [], schema, value)?.toString() ?? null
const read = (text: string, props: Props = {}): unknown =>
  converter(props).toConnectData('t', [], Buffer.from(text)).value
const envelope = (schema: string, payload: string): string => `{"schema":${schema},"payload":${payload}}`

describe('writing', () => {
  it('has the members in the order of the original', () => {
    const schema = SchemaBuilder.struct()
      .optional()
      .name('com.x.V')
      .version(2)
      .doc('d')
      .field('id', INT32_SCHEMA)
      .field('dec', decimalBuilder(2).optional().build())
      .field('mi', SchemaBuilder.map(INT32_SCHEMA, INT64_SCHEMA).build())
      .field('df', SchemaBuilder.int32().defaultValue(7).build())
      .build()
    const value = new Struct(schema)
      .put('id', 1)
      .put('dec', new Decimal(1230n, 2))
      .put('mi', new Map([[5, 6]]))
      .put('df', 7)
    assert.equal(
      write(schema, value),
      '{"schema":{"type":"struct","fields":[{"type":"int32","optional":false,"field":"id"},{"type":"bytes","optional":true,"name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"2"},"field":"dec"},{"type":"map","keys":{"type":"int32","optional":false},"values":{"type":"int64","optional":false},"optional":false,"field":"mi"},{"type":"int32","optional":false,"default":7,"field":"df"}],"optional":true,"name":"com.x.V","version":2,"doc":"d"},"payload":{"id":1,"dec":"BM4=","mi":[[5,6]],"df":7}}',
    )
  })

  const bare = { 'schemas.enable': 'false' }
  const cases: [string, Schema | null, unknown, Props, string | null][] = [
    ['null without schema is a tombstone', null, null, {}, null],
    ['null with a schema is not', OPTIONAL_STRING_SCHEMA, null, bare, 'null'],
    ['null takes the default', SchemaBuilder.string().optional().defaultValue('d').build(), null, bare, '"d"'],
    [
      'unless told not to',
      SchemaBuilder.string().optional().defaultValue('d').build(),
      null,
      { ...bare, 'replace.null.with.default': 'false' },
      'null',
    ],
    ['schemaless in an envelope', null, 1, {}, '{"schema":null,"payload":1}'],
    [
      'decimals as numbers',
      decimalBuilder(2).build(),
      new Decimal(1230n, 2),
      { ...bare, 'decimal.format': 'numeric' },
      '12.30',
    ],
    ['INT64 beyond 2^53', INT64_SCHEMA, 9007199254740993n, bare, '9007199254740993'],
    ['FLOAT64', SchemaBuilder.float64().build(), 1, bare, '1.0'],
    ['FLOAT32', SchemaBuilder.float32().build(), Math.fround(0.1), bare, '0.1'],
    ['NaN', SchemaBuilder.float64().build(), Number.NaN, bare, '"NaN"'],
    ['Date', DATE_SCHEMA, new Date('1970-01-03'), bare, '2'],
  ]
  for (const [name, schema, value, props, expected] of cases) {
    it(name, () => assert.equal(write(schema, value, props), expected))
  }

  const refused: [string, Schema, unknown, RegExp][] = [
    [
      'null where required',
      STRING_SCHEMA,
      null,
      /Conversion error: null value for field that is required and has no default value/,
    ],
    ['another class', INT32_SCHEMA, 'x', /Invalid type for INT32: class java.lang.String/],
    [
      'a decimal of another scale',
      decimalBuilder(2).build(),
      new Decimal(1n, 1),
      /Schema has scale 2, value has scale 1/,
    ],
    ['a date with a time', DATE_SCHEMA, new Date(5), /should not have any time fields/],
    [
      'a struct of another schema',
      SchemaBuilder.struct().build(),
      new Struct(SchemaBuilder.struct().name('x').build()),
      /Mismatching schema/,
    ],
  ]
  for (const [name, schema, value, message] of refused) {
    it(`refuses ${name}`, () => assert.throws(() => write(schema, value), message))
  }
})

describe('reading', () => {
  const coercions: [string, string, unknown][] = [
    ['{"type":"int32"}', '"5"', 0],
    ['{"type":"int32"}', '5.9', 5],
    ['{"type":"int8"}', '300', 44],
    ['{"type":"int32"}', '12345678901.9', -539222987],
    ['{"type":"int64"}', '1e30', 5076944270305263616n],
    ['{"type":"int64"}', '9007199254740993', 9007199254740993n],
    ['{"type":"boolean"}', '1', false],
    ['{"type":"string","optional":true}', '5', null],
    ['{"type":"float"}', '1e40', Number.POSITIVE_INFINITY],
    ['{"type":"double"}', '1', 1],
    ['{"type":"bytes"}', '"YWI=\\nYWJj"', Buffer.from('ababc')],
    ['{"type":"array","items":{"type":"int32"}}', '{"a":1,"b":2}', [1, 2]],
    [
      '{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"2"}}',
      '12.50',
      new Decimal(1250n, 2),
    ],
  ]
  for (const [schema, payload, expected] of coercions) {
    it(`${payload} as ${schema}`, () => {
      const reader = converter()
      const bytes = Buffer.from(envelope(schema, payload))
      assert.deepEqual(reader.toConnectData('t', [], bytes).value, expected)
      // The second record takes the way of the known schema.
      assert.deepEqual(reader.toConnectData('t', [], bytes).value, expected)
    })
  }

  it('does not round a FLOAT32 by way of a double', () => {
    // Half-way between two floats once it is a double, but a little more as it stands.
    const text = '1.000000059604644775390625000000001'
    assert.equal(read(envelope('{"type":"float"}', text)), 1 + 2 ** -23)
  })

  const refused: [string, string, RegExp][] = [
    ['plain JSON', '{"a":1}', /requires "schema" and "payload" fields and may not contain additional fields/],
    ['a third member', '{"schema":null,"payload":1,"x":2}', /requires "schema" and "payload"/],
    ['no JSON', 'not json', /^Converting byte\[\] to Kafka Connect data failed due to serialization error: $/],
    ['nothing', '', /requires "schema" and "payload"/],
    ['a schema without type', envelope('{}', '1'), /Schema must contain 'type' field/],
    ['an unknown type', envelope('{"type":"x"}', '1'), /Unknown schema type: x/],
    ['null where required', envelope('{"type":"int32"}', 'null'), /Invalid null value for required INT32 field/],
    ['wrong base64', envelope('{"type":"bytes"}', '"a"'), /Invalid bytes field/],
    ['a default for a struct', envelope('{"type":"struct","fields":[],"default":{}}', '{}'), /Invalid default value/],
    [
      'null in a required field',
      envelope('{"type":"struct","fields":[{"type":"string","field":"a"}]}', '{"a":5}'),
      /null used for required field: "a", schema type: STRING/,
    ],
  ]
  for (const [name, text, message] of refused) {
    it(`refuses ${name}`, () => {
      const reader = converter()
      for (let i = 0; i < 2; i++) {
        assert.throws(
          () => reader.toConnectData('t', [], Buffer.from(text)),
          (error) => isConnectError(error) && error.code === 'DATA_INVALID' && message.test(error.message),
        )
      }
    })
  }

  it('gives the same schema object for the same schema text, wherever the schema stands', () => {
    const reader = converter()
    const schemaText = '{"type":"struct","fields":[{"type":"int32","field":"a"}],"optional":false}'
    const schemas = [
      envelope(schemaText, '{"a":1}'),
      envelope(schemaText, '{"a":2}'),
      `{"payload":{"a":3},"schema":${schemaText}}`,
      ` {"schema": ${schemaText} , "payload": {"a":4} } `,
    ].map((text) => reader.toConnectData('t', [], Buffer.from(text)))
    assert.deepEqual(
      schemas.map(({ value }) => (value as Struct).get('a')),
      [1, 2, 3, 4],
    )
    for (const { schema } of schemas) assert.equal(schema, schemas[0]?.schema)
  })

  it('tells a known schema with a wrong end from a right one', () => {
    const reader = converter()
    const text = envelope('{"type":"int32"}', '1')
    reader.toConnectData('t', [], Buffer.from(text))
    assert.throws(() => reader.toConnectData('t', [], Buffer.from(text.replace('1}', '1,"x":2}'))), /requires "schema"/)
    assert.throws(() => reader.toConnectData('t', [], Buffer.from(text.slice(0, -1))), /serialization error/)
    assert.equal(reader.toConnectData('t', [], Buffer.from(text.replace('1}', '1,"payload":2}'))).value, 2)
  })

  it('keeps more schemas than one, least used ones go', () => {
    const reader = converter({ 'schemas.cache.size': '2' })
    const text = (n: number): Buffer => Buffer.from(envelope(`{"type":"int32","doc":"${n}"}`, String(n)))
    for (const n of [1, 2, 3, 1, 2, 3, 3, 2, 1]) assert.equal(reader.toConnectData('t', [], text(n)).value, n)
  })

  it('fields may be called as members of Object.prototype', () => {
    const schema =
      '{"type":"struct","fields":[{"type":"string","optional":true,"field":"constructor"},{"type":"string","optional":true,"field":"__proto__"}]}'
    const absent = read(envelope(schema, '{}')) as Struct
    assert.deepEqual([absent.get('constructor'), absent.get('__proto__')], [null, null])
    const present = read(envelope(schema, '{"constructor":"c","__proto__":"p"}')) as Struct
    assert.deepEqual([present.get('constructor'), present.get('__proto__')], ['c', 'p'])
  })

  it('schema.content is the schema of every record', () => {
    const fixed = { 'schema.content': '{"type":"int32","optional":true}' }
    assert.equal(read('5', fixed), 5)
    assert.equal(read('', fixed), null)
    assert.deepEqual(read('5', { ...fixed, 'schemas.enable': 'false' }), 5)
    assert.throws(() => converter({ 'schema.content': '{bad' }), /Failed to parse schema in converter config/)
  })

  it('schemaless values keep their number types', () => {
    assert.deepEqual(read('{"a":1.0,"b":1}', { 'schemas.enable': 'false' }), { a: new Float64(1), b: 1 })
    assert.deepEqual(read('{"schema":null,"payload":[1.0,1.5]}'), [new Float64(1), 1.5])
  })
})
