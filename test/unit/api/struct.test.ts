import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  Decimal,
  DATE_SCHEMA,
  decimalBuilder,
  Float64,
  isConnectError,
  OPTIONAL_STRING_SCHEMA,
  type Schema,
  SchemaBuilder,
  STRING_SCHEMA,
  Struct,
  TIMESTAMP_SCHEMA,
} from '../../../api/index.ts'

const schemaOf = (field: Schema): Schema => SchemaBuilder.struct().field('f', field).build()
const put = (field: Schema, value: unknown): unknown => new Struct(schemaOf(field)).put('f', value).get('f')

describe('Struct.put', () => {
  const accepted: [string, Schema, unknown, unknown][] = [
    ['INT8 bound', SchemaBuilder.int8().build(), -128, -128],
    ['INT64 safe number', SchemaBuilder.int64().build(), 5, 5],
    ['INT64 small bigint becomes a number', SchemaBuilder.int64().build(), 5n, 5],
    ['INT64 beyond 2^53 stays a bigint', SchemaBuilder.int64().build(), 9007199254740993n, 9007199254740993n],
    ['INT64 unsafe number becomes a bigint', SchemaBuilder.int64().build(), 2 ** 60, 2n ** 60n],
    ['FLOAT32 is rounded to a float', SchemaBuilder.float32().build(), 0.1, Math.fround(0.1)],
    ['FLOAT64 box is opened', SchemaBuilder.float64().build(), new Float64(1), 1],
    ['null in an optional field', OPTIONAL_STRING_SCHEMA, null, null],
    ['INT64 elements are normalised', SchemaBuilder.array(SchemaBuilder.int64().build()).build(), [1n, 2], [1, 2]],
  ]
  for (const [name, schema, value, expected] of accepted) {
    it(name, () => assert.deepEqual(put(schema, value), expected))
  }

  const refused: [string, Schema, unknown, RegExp][] = [
    [
      'INT8 beyond',
      SchemaBuilder.int8().build(),
      128,
      /Invalid Java object for schema with type INT8: 128 for field: "f"/,
    ],
    ['INT32 fraction', SchemaBuilder.int32().build(), 1.5, /with type INT32: 1.5/],
    ['INT64 beyond 64 bits', SchemaBuilder.int64().build(), 2n ** 63n, /Out of range for a 64-bit integer/],
    ['INT64 from a box', SchemaBuilder.int64().build(), new Float64(1), /with type INT64: class java.lang.Double/],
    ['STRING from a number', STRING_SCHEMA, 1, /with type STRING: class java.lang.Long for field: "f"/],
    [
      'null in a required field',
      STRING_SCHEMA,
      null,
      /Invalid value: null used for required field: "f", schema type: STRING/,
    ],
    [
      'null in a required field with a default: it does not help when putting',
      SchemaBuilder.string().defaultValue('d').build(),
      null,
      /null used for required/,
    ],
    [
      'logical name changes the class',
      TIMESTAMP_SCHEMA,
      5,
      /schema "org.apache.kafka.connect.data.Timestamp" with type INT64: class java.lang.Long/,
    ],
    ['invalid Date', DATE_SCHEMA, new Date(Number.NaN), /Invalid Date/],
    [
      'null element',
      SchemaBuilder.array(STRING_SCHEMA).build(),
      ['a', null],
      /null used for required element of array field: "f"/,
    ],
    [
      'wrong map value',
      SchemaBuilder.map(STRING_SCHEMA, STRING_SCHEMA).build(),
      new Map([['k', 1]]),
      /class java.lang.Long for value of map field: "f"/,
    ],
    [
      'another struct schema',
      SchemaBuilder.struct().build(),
      new Struct(schemaOf(STRING_SCHEMA)),
      /Struct schemas do not match/,
    ],
  ]
  for (const [name, schema, value, message] of refused) {
    it(`refuses ${name}`, () =>
      assert.throws(
        () => put(schema, value),
        (error) => isConnectError(error) && error.code === 'DATA_INVALID' && message.test(error.message),
      ))
  }

  it('refuses an unknown field', () => {
    assert.throws(() => new Struct(schemaOf(STRING_SCHEMA)).put('g', 'x'), /g is not a valid field name/)
  })
})

describe('Struct.get', () => {
  const schema = schemaOf(SchemaBuilder.int32().optional().defaultValue(7).build())

  it('gives the default for null, getWithoutDefault does not', () => {
    const struct = new Struct(schema)
    assert.equal(struct.get('f'), 7)
    assert.equal(struct.getWithoutDefault('f'), null)
    assert.equal(struct.put('f', 1).get('f'), 1)
  })

  it('typed getters check the type', () => {
    const struct = new Struct(schema).put('f', 1)
    assert.equal(struct.getInt32('f'), 1)
    assert.throws(() => struct.getString('f'), /Field 'f' is not of type STRING/)
  })

  it('validate accepts null where there is a default, and finds what is missing', () => {
    new Struct(schemaOf(SchemaBuilder.int32().defaultValue(7).build())).validate()
    assert.throws(() => new Struct(schemaOf(STRING_SCHEMA)).validate(), /null used for required/)
  })

  it('equals by schema and values, bytes by content', () => {
    const bytes = schemaOf(SchemaBuilder.bytes().build())
    const make = (...content: number[]): Struct => new Struct(bytes).put('f', Uint8Array.from(content))
    assert.ok(make(1, 2).equals(make(1, 2)))
    assert.ok(!make(1, 2).equals(make(1, 3)))
  })
})

describe('Decimal', () => {
  const cases: [bigint, number, string][] = [
    [1230n, 2, '12.30'],
    [0n, 10, '0E-10'],
    [-5n, 3, '-0.005'],
    [1n, -3, '1E+3'],
    [12345n, 11, '1.2345E-7'],
    [123n, 0, '123'],
  ]
  for (const [unscaled, scale, text] of cases) {
    it(`${unscaled}e${-scale} reads ${text}`, () => assert.equal(new Decimal(unscaled, scale).toString(), text))
  }

  it('its schema carries the scale', () => {
    assert.equal(decimalBuilder(3).build().parameters?.get('scale'), '3')
  })
})
