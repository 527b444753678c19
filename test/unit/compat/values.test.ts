import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Decimal, Float32, Float64, FLOAT64_SCHEMA, SchemaBuilder, STRING_SCHEMA, Struct } from '../../../api/index.ts'
import { javaToString } from '../../../compat/java-text.ts'
import { convertValue, narrowed, toInt64 } from '../../../compat/values-convert.ts'
import { parseValue } from '../../../compat/values-parse.ts'
import { valueToText } from '../../../compat/values-text.ts'

describe('Values.parseString', () => {
  const cases: [string, string | null, unknown][] = [
    ['', 'STRING', ''],
    ['null', null, null],
    ['true', 'BOOLEAN', true],
    ['TRUE', 'STRING', 'TRUE'],
    ['true}', 'STRING', 'true}'],
    ['007', 'INT8', 7],
    ['300', 'INT16', 300],
    ['70000', 'INT32', 70000],
    ['3000000000', 'INT64', 3000000000],
    ['9223372036854775807', 'INT64', 9223372036854775807n],
    ['99999999999999999999', 'BYTES', new Decimal(99999999999999999999n, 0)],
    ['1e5', 'INT32', 100000],
    ['1.0', 'INT8', 1],
    ['1.5', 'FLOAT32', 1.5],
    ['123456789.123', 'FLOAT32', 123456792],
    ['1e60', 'FLOAT64', 1e60],
    ['1e400', 'BYTES', new Decimal(1n, -400)],
    ['"q"', 'STRING', '"q"'],
    ['[1,a]', 'STRING', '[1,a]'],
    ['[1,2.5]', 'ARRAY', [1, 2.5]],
    ['[1,"a"]', 'ARRAY', [1, 'a']],
    ['[]', 'ARRAY', []],
    ['{"a":1}', 'MAP', new Map([['a', 1]])],
    ['{"a":1', 'STRING', '{"a":1'],
    ['2020-01-31', 'INT32', new Date('2020-01-31')],
    ['10:20:30.123Z', 'INT32', new Date('1970-01-01T10:20:30.123Z')],
    ['2020-01-31T10:20:30.123Z', 'INT64', new Date('2020-01-31T10:20:30.123Z')],
    ['2020-13-45', 'INT32', new Date('2021-02-14')],
  ]
  for (const [text, type, value] of cases) {
    it(text === '' ? 'empty' : text, () => {
      const parsed = parseValue(text)
      assert.deepEqual([parsed.schema?.type ?? null, parsed.value], [type, value])
    })
  }

  it('leaves the element schema open when elements have none in common', () => {
    assert.equal(parseValue('[1,"a"]').schema?.valueSchema, null)
    assert.equal(parseValue('[1,300]').schema?.valueSchema?.type, 'INT16')
  })
})

describe('Values.convertToString', () => {
  const cases: [unknown, string][] = [
    ['a"b', 'a"b'],
    [['a"b\\', 1, null], '["a\\"b\\\\",1,null]'],
    [
      new Map<unknown, unknown>([
        ['k', [1]],
        [2, 'v'],
      ]),
      '{"k":[1],2:"v"}',
    ],
    [{ a: new Float64(1) }, '{"a":1.0}'],
    [Uint8Array.of(1, 2), 'AQI='],
    [[Uint8Array.of(1, 2)], '["AQI="]'],
    [new Date(0), '00:00:00.000Z'],
    [new Date(-1), '23:59:59.999Z'],
    [new Date('2020-01-31'), '2020-01-31'],
    [new Date('2020-01-31T10:20:30.123Z'), '2020-01-31T10:20:30.123Z'],
    [new Date('1500-01-01T00:00:00Z'), '00:00:00.000Z'],
    [new Decimal(150n, 2), '1.50'],
  ]
  for (const [value, text] of cases) it(text, () => assert.equal(valueToText(value, null), text))

  it('uses the schema to tell floats from integers', () => {
    assert.equal(valueToText(1, FLOAT64_SCHEMA), '1.0')
    assert.equal(valueToText([1], SchemaBuilder.array(FLOAT64_SCHEMA).build()), '[1.0]')
  })
})

describe('numbers', () => {
  it('wrap when narrowed', () => {
    assert.equal(narrowed('300', 8), 44)
    assert.equal(narrowed('2.9', 32), 2)
    assert.equal(narrowed(1e20, 32), -1)
    assert.equal(toInt64('1e30'), 5076944270305263616n)
  })

  it('refuse a text that is none', () => {
    assert.throws(() => toInt64('x'), /Unable to convert x \(class java.lang.String\) to a number/)
    assert.throws(() => convertValue(SchemaBuilder.struct().build(), 1, () => null), /Unable to convert 1/)
  })
})

describe('toString', () => {
  const schema = SchemaBuilder.struct()
    .field('a', FLOAT64_SCHEMA)
    .field('b', SchemaBuilder.string().optional().build())
    .field('c', SchemaBuilder.array(STRING_SCHEMA).build())
    .build()
  const cases: [string, unknown, string][] = [
    ['a struct leaves nulls out', new Struct(schema).put('a', 1).put('c', ['x', 'y']), 'Struct{a=1.0,c=[x, y]}'],
    ['a map', { a: 1, b: null }, '{a=1, b=null}'],
    ['a date', new Date(1700000000123), 'Tue Nov 14 22:13:20 UTC 2023'],
    ['a date in the Julian calendar', new Date(-62135769600000), 'Sat Jan 01 00:00:00 UTC 1'],
    ['a date before Gregory', new Date(-24278435200000), 'Thu Aug 17 14:13:20 UTC 1200'],
    ['a schemaless float', new Float32(0.1), '0.1'],
    ['a long beyond 2^53', 9007199254740993n, '9007199254740993'],
    ['null', null, 'null'],
  ]
  for (const [name, value, text] of cases) it(name, () => assert.equal(javaToString(value, null), text))

  it('bytes look like an array of Java', () => assert.match(javaToString(Uint8Array.of(1), null), /^\[B@[0-9a-f]+$/))
})
