import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  Headers,
  INT32_SCHEMA,
  isConnectError,
  OPTIONAL_STRING_SCHEMA,
  type Props,
  SchemaBuilder,
  STRING_SCHEMA,
  type SinkRecord,
  Struct,
  TIMESTAMP_SCHEMA,
} from '../../../api/index.ts'
import { applied, sinkRecord, stockPlugin, stockTransform, structRecord } from '../../support/transforms.ts'

const inner = SchemaBuilder.struct().optional().field('city', STRING_SCHEMA).build()
const makeSchema = () =>
  SchemaBuilder.struct()
    .name('V')
    .version(2)
    .field('id', INT32_SCHEMA)
    .field('at', TIMESTAMP_SCHEMA)
    .field('name', SchemaBuilder.string().optional().defaultValue('anon').build())
    .field('addr', inner)
    .build()
const schema = makeSchema()
const struct = (of = schema): Struct =>
  new Struct(of)
    .put('id', 300)
    .put('at', new Date(1_700_000_000_123))
    .put('addr', new Struct(inner).put('city', 'Oslo'))

/** A configuration of each class that answers such a struct. */
const CONFIGS: readonly (readonly [string, Props])[] = [
  ['Cast$Value', { spec: 'id:int8' }],
  ['ExtractField$Value', { field: 'addr.city', 'field.syntax.version': 'V2' }],
  ['Flatten$Value', {}],
  ['HeaderFrom$Value', { fields: 'id', headers: 'h', operation: 'move' }],
  ['HoistField$Value', { field: 'w' }],
  ['InsertField$Value', { 'static.field': 's', 'static.value': 'v' }],
  ['ReplaceField$Value', { exclude: 'id' }],
  ['SetSchemaMetadata$Value', { 'schema.name': 'W' }],
  ['TimestampConverter$Value', { field: 'at', 'target.type': 'string', format: 'yyyy' }],
  ['ValueToKey', { fields: 'name,id' }],
]

describe('a derived schema', () => {
  for (const [name, props] of CONFIGS) {
    it(`is built once per input schema by ${name}`, () => {
      const transformation = stockTransform(name, props)
      const [one, two, equal] = [schema, schema, makeSchema()].map((of) =>
        applied(transformation, structRecord(struct(of))),
      )
      for (const half of ['keySchema', 'valueSchema'] as const) {
        assert.equal(one?.[half], two?.[half])
        if (name !== 'ValueToKey' || half === 'keySchema') assert.equal(one?.[half], equal?.[half])
      }
      assert.notEqual(name === 'ValueToKey' ? one?.keySchema : one?.valueSchema, schema)
    })
  }

  it('is kept for the last 16 input schemas', () => {
    const transformation = stockTransform('HoistField$Value', { field: 'w' })
    const schemas = Array.from({ length: 17 }, (_each, i) => SchemaBuilder.string().name(`s${i}`).build())
    const hoisted = schemas.map((each) => applied(transformation, sinkRecord('x', each)).valueSchema)
    assert.equal(applied(transformation, sinkRecord('x', schemas[1])).valueSchema, hoisted[1])
    const again = applied(transformation, sinkRecord('x', schemas[0])).valueSchema
    assert.notEqual(again, hoisted[0])
    assert.ok(again?.equals(hoisted[0]))
  })
})

describe('values', () => {
  const valueOf = (name: string, props: Props, record: SinkRecord): unknown =>
    applied(stockTransform(name, props), record).value

  it('come out as the configuration says', () => {
    const got = CONFIGS.map(([name, props]) => {
      const record = applied(stockTransform(name, props), structRecord(struct()))
      const value = name === 'ValueToKey' ? record.key : record.value
      return value instanceof Struct ? value.values : value
    })
    const [addr, at] = [new Struct(inner).put('city', 'Oslo'), new Date(1_700_000_000_123)]
    assert.deepEqual(got, [
      [44, at, 'anon', addr],
      'Oslo',
      [300, at, 'anon', 'Oslo'],
      [at, 'anon', addr],
      [struct()],
      [300, at, 'anon', addr, 'v'],
      [at, 'anon', addr],
      [300, at, 'anon', addr],
      [300, '2023', 'anon', addr],
      ['anon', 300],
    ])
  })

  it('pass as they are when null, or wrapped, as each class has it', () => {
    const tombstone = sinkRecord(null)
    for (const name of ['Cast', 'Flatten', 'InsertField', 'ReplaceField', 'SetSchemaMetadata']) {
      const [, props = {}] = CONFIGS.find(([each]) => each === `${name}$Value`) ?? []
      assert.equal(applied(stockTransform(`${name}$Value`, props), tombstone), tombstone)
    }
    assert.deepEqual(valueOf('HoistField$Value', { field: 'w' }, tombstone), { w: null })
    assert.equal(valueOf('ExtractField$Value', { field: 'w' }, tombstone), null)
    assert.equal(valueOf('TimestampConverter$Value', { 'target.type': 'unix' }, tombstone), null)
  })

  it('are converted from and to the key by $Key, and the other half stays', () => {
    const record = sinkRecord('v').with({ key: 300 })
    assert.equal(applied(stockTransform('Cast$Key', { spec: 'int8' }), record).key, 44)
    assert.equal(applied(stockTransform('Cast$Key', { spec: 'int8' }), record).value, 'v')
  })

  it('keep a key named __proto__', () => {
    const value = JSON.parse('{"__proto__":{"a":"1"}}') as unknown
    const flat = valueOf('Flatten$Value', {}, sinkRecord(value))
    assert.equal(JSON.stringify(flat), '{"__proto__.a":"1"}')
    const cast = valueOf('Cast$Value', { spec: '__proto__:string' }, sinkRecord({ x: 1 }))
    assert.equal(JSON.stringify(cast), '{"x":1,"__proto__":null}')
    assert.equal(({} as Record<string, unknown>)['a'], undefined)
  })

  it('of headers are added at the end, and dropped by name', () => {
    const headers = Headers.EMPTY.with('h', 'old').with('x', 1)
    const record = sinkRecord({ id: 7 }).with({ headers })
    const names = (of: SinkRecord): string[] => [...of.headers].map(({ key, value }) => `${key}=${String(value)}`)
    const inserted = applied(stockTransform('InsertHeader', { header: 'h', 'value.literal': '12' }), record)
    assert.deepEqual(names(inserted), ['h=old', 'x=1', 'h=12'])
    assert.equal(inserted.headers.lastWithName('h')?.schema?.type, 'INT8')
    assert.deepEqual(names(applied(stockTransform('DropHeaders', { headers: 'h' }), inserted)), ['x=1'])
    const copied = stockTransform('HeaderFrom$Value', { fields: 'id', headers: 'h', operation: 'copy' })
    assert.deepEqual(names(applied(copied, record)), ['h=old', 'x=1', 'h=7'])
    assert.equal(applied(copied, record).value, record.value)
  })

  it('of topics follow the timestamp', () => {
    const router = stockTransform('TimestampRouter', { 'topic.format': '${timestamp}.${topic}' })
    const days = [0, 1, 86_399_999, 86_400_000, 0].map((timestamp) =>
      applied(router, sinkRecord(1).with({ timestamp })),
    )
    assert.deepEqual(
      days.map((record) => record.topic),
      ['19700101.t', '19700101.t', '19700101.t', '19700102.t', '19700101.t'],
    )
  })
})

describe('refusals', () => {
  const faultOf = (attempt: () => unknown): { message: string; javaClass: string } => {
    try {
      attempt()
    } catch (error) {
      if (isConnectError(error)) return { message: error.message, javaClass: error.javaClass.replace(/.*\./, '') }
      throw error
    }
    return { message: 'no fault', javaClass: '' }
  }

  const records: readonly (readonly [string, Props, SinkRecord, string])[] = [
    [
      'Cast$Value',
      { spec: 'a:int8' },
      sinkRecord({ a: '400' }),
      'DataException: Value (400) was out of range for requested data type',
    ],
    [
      'Cast$Value',
      { spec: 'a:int8' },
      sinkRecord('x'),
      'DataException: Only Map objects supported in absence of schema for [cast types], found: java.lang.String',
    ],
    [
      'Cast$Value',
      { spec: 'int8' },
      sinkRecord([]),
      'DataException: Cast transformation does not support casting from ARRAY; supported types are [INT8, INT16, INT32, INT64, FLOAT32, FLOAT64, BOOLEAN, STRING, BYTES]',
    ],
    [
      'Cast$Value',
      { spec: 'int8' },
      sinkRecord(new Date(0)),
      "DataException: Cast transformation was passed a value of type class java.util.Date which is not supported by Connect's data API",
    ],
    ['ExtractField$Value', { field: 'no' }, structRecord(struct()), 'IllegalArgumentException: Unknown field: no'],
    [
      'HeaderFrom$Value',
      { fields: 'a', headers: 'h', operation: 'move' },
      sinkRecord(null),
      'DataException: Only Map objects supported in absence of schema for [header move], found: null',
    ],
    [
      'HoistField$Value',
      { field: 'w' },
      sinkRecord(null, STRING_SCHEMA),
      'DataException: Invalid value: null used for required field: "w", schema type: STRING',
    ],
    [
      'SetSchemaMetadata$Value',
      { 'schema.name': 'x' },
      sinkRecord('x'),
      'DataException: Schema required for [updating schema metadata]',
    ],
    [
      'TimestampConverter$Value',
      { 'target.type': 'unix', format: 'yyyy' },
      sinkRecord('x'),
      'DataException: Could not parse timestamp: value (x) does not match pattern (yyyy)',
    ],
    [
      'TimestampConverter$Value',
      { 'target.type': 'unix' },
      sinkRecord('x'),
      'NullPointerException: TimestampConverter requires the format option to read string timestamps',
    ],
    [
      'TimestampConverter$Value',
      { 'target.type': 'unix' },
      sinkRecord(1, INT32_SCHEMA),
      'ConnectException: Schema Schema{INT32} does not correspond to a known timestamp type format',
    ],
    [
      'TimestampConverter$Value',
      { 'target.type': 'unix' },
      sinkRecord(true),
      'DataException: TimestampConverter does not support class java.lang.Boolean objects as timestamps',
    ],
    [
      'TimestampRouter',
      {},
      sinkRecord(1).with({ timestamp: null }),
      'DataException: Timestamp missing on record: topic t, partition 1',
    ],
    ['ValueToKey', { fields: 'no' }, structRecord(struct()), 'DataException: Field does not exist: no'],
    [
      'ValueToKey',
      { fields: 'no' },
      sinkRecord(null, OPTIONAL_STRING_SCHEMA),
      'DataException: Only Struct objects supported for [copying fields from value to key], found: null',
    ],
  ]
  for (const [name, props, record, expected] of records) {
    it(`${name}: ${expected}`, () => {
      const transformation = stockTransform(name, props)
      const { message, javaClass } = faultOf(() => applied(transformation, record))
      assert.equal(`${javaClass}: ${message}`, expected)
    })
  }

  const configs: readonly (readonly [string, Props, string])[] = [
    ['Cast$Value', { spec: '' }, 'Must specify at least one field to cast.'],
    ['Cast$Value', { spec: 'a:no' }, 'Invalid type found in casting spec: no'],
    [
      'Cast$Value',
      { spec: 'a:bytes' },
      'Cast transformation does not support casting to BYTES; supported types are [INT8, INT16, INT32, INT64, FLOAT32, FLOAT64, BOOLEAN, STRING]',
    ],
    [
      'Cast$Value',
      { spec: 'int8,a:int8' },
      'Cast transformations that specify a type to cast the entire value to may only specify a single cast in their spec',
    ],
    [
      'DropHeaders',
      { headers: '' },
      "Configuration 'headers' must not be empty. Valid values include: any non-empty value",
    ],
    [
      'ExtractField$Value',
      { field: '`a', 'field.syntax.version': 'V2' },
      'Incomplete backtick pair in path: [`a], consider adding a backslash before backtick at position 0 to escape it',
    ],
    [
      'ExtractField$Value',
      { field: 'a', 'field.syntax.version': 'V3' },
      'Invalid value V3 for configuration field.syntax.version: String must be one of (case insensitive): V1, V2',
    ],
    [
      'HeaderFrom$Value',
      { fields: '', headers: 'h', operation: 'copy' },
      'Invalid value [] for configuration fields: Empty list',
    ],
    [
      'HeaderFrom$Value',
      { fields: 'a,b', headers: 'h', operation: 'copy' },
      "'fields' config must have the same number of elements as 'headers' config.",
    ],
    ['SetSchemaMetadata$Value', {}, 'Neither schema name nor version configured'],
    [
      'TimestampConverter$Value',
      { 'target.type': 'string', format: ' ' },
      'TimestampConverter requires format option to be specified when using string timestamps',
    ],
    [
      'TimestampConverter$Value',
      { 'target.type': 'unix', format: 'yyyy-MM-ddTHH' },
      "Invalid value yyyy-MM-ddTHH for configuration format: Illegal pattern character 'T'",
    ],
    [
      'TimestampRouter',
      { 'timestamp.format': 'yyyyn' },
      "Invalid value yyyyn for configuration timestamp.format: Illegal pattern character 'n'",
    ],
  ]
  for (const [name, props, expected] of configs) {
    it(`${name}: ${expected}`, () => {
      const { message, javaClass } = faultOf(() => stockTransform(name, props))
      assert.equal(javaClass, 'ConfigException')
      assert.equal(message, expected)
    })
  }

  it('of patterns are seen by validation', () => {
    const entries = stockPlugin('TimestampConverter$Value').config.validate({ 'target.type': 'unix', format: 'b' })
    assert.deepEqual(entries.find((entry) => entry.name === 'format')?.errors, [
      "Invalid value b for configuration format: Illegal pattern character 'b'",
    ])
  })
})
