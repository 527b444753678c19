import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import {
  type ConnectError,
  Decimal,
  decimalBuilder,
  INT32_SCHEMA,
  INT64_SCHEMA,
  isConnectError,
  OPTIONAL_BYTES_SCHEMA,
  OPTIONAL_INT32_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  type Schema,
  SchemaBuilder,
  STRING_SCHEMA,
  Struct,
  valuesEqual,
} from '../../../../api/index.ts'
import { AvroConverter } from '../../../../converters/avro/converter.ts'
import { FakeRegistry } from '../../../support/fake-registry.ts'

let registry: FakeRegistry
const made: AvroConverter[] = []
before(async () => {
  registry = await FakeRegistry.start()
})
beforeEach(() => {
  registry.requests.length = 0
  registry.intercept = () => null
})
after(async () => {
  for (const each of made) each.close()
  await registry.close()
})

function converter(props: Readonly<Record<string, string>> = {}, role: 'key' | 'value' = 'value'): AvroConverter {
  const each = new AvroConverter({ 'schema.registry.url': registry.url, 'max.retries': '0', ...props }, role)
  made.push(each)
  return each
}

async function failure(run: () => unknown): Promise<ConnectError> {
  try {
    await run()
  } catch (error) {
    assert.ok(isConnectError(error), String(error))
    return error
  }
  throw new assert.AssertionError({ message: 'nothing failed' })
}

const framed = (id: number, ...data: readonly number[]): Buffer => Buffer.from([0, 0, 0, 0, id, ...data])

describe('the wire format', () => {
  it('is a zero, the id and Avro; the second record of a schema needs no promise', async () => {
    const each = converter()
    const first = await each.fromConnectData('wire', [], INT32_SCHEMA, 1)
    const id = Buffer.from(first ?? []).readInt32BE(1)
    assert.deepEqual(first, framed(id, 2))
    assert.deepEqual(each.fromConnectData('wire', [], INT32_SCHEMA, -1), framed(id, 1))
    assert.equal(registry.schema(id), '"int"')
    assert.equal(registry.count(/POST \/subjects\/wire-value\/versions/), 1)
    const read = await each.toConnectData('wire', [], framed(id, 2))
    assert.equal(read.value, 1)
    assert.ok(!(each.toConnectData('wire', [], framed(id, 3)) instanceof Promise))
  })

  it('has bytes at the top as they are', async () => {
    const each = converter()
    const bytes = await each.fromConnectData('raw', [], OPTIONAL_BYTES_SCHEMA, Buffer.from('abc'))
    const id = Buffer.from(bytes ?? []).readInt32BE(1)
    // A union is no bytes schema: its value has a branch and a length.
    assert.deepEqual(bytes, framed(id, 2, 6, 97, 98, 99))
    const plain = await each.fromConnectData('raw', [], SchemaBuilder.bytes().build(), Buffer.from('abc'))
    const plainId = Buffer.from(plain ?? []).readInt32BE(1)
    assert.deepEqual(plain, framed(plainId, 97, 98, 99))
    assert.deepEqual((await each.toConnectData('raw', [], plain)).value, Buffer.from('abc'))
    const decimal = await each.fromConnectData('raw', [], decimalBuilder(0).build(), new Decimal(300n, 0))
    assert.deepEqual(decimal?.subarray(5), Buffer.from([1, 44]))
    assert.deepEqual((await each.toConnectData('raw', [], decimal)).value, new Decimal(300n, 0))
  })

  it('has no bytes for null', async () => {
    const each = converter()
    assert.equal(await each.fromConnectData('n', [], null, null), null)
    assert.equal(await each.fromConnectData('n', [], OPTIONAL_INT32_SCHEMA, null), null)
    assert.deepEqual(await each.toConnectData('n', [], null), { schema: null, value: null })
    assert.match(
      (await failure(() => each.fromConnectData('n', [], INT32_SCHEMA, null))).message,
      /Found null value for non-optional schema/,
    )
    assert.equal(registry.requests.length, 0)
  })

  it('may have its id in a header', async () => {
    const id = registry.add('h-value', '"string"')
    const headers = [{ key: '__value_schema_id', value: framed(id) }]
    const { value } = await converter().toConnectData('h', headers, Buffer.from([4, 104, 105]))
    assert.equal(value, 'hi')
  })

  const strange: readonly (readonly [string, Buffer, RegExp, RegExp])[] = [
    ['JSON', Buffer.from('{"a":1}'), /found JSON text$/, /JsonConverter with schemas.enable=false/],
    [
      'JSON with a schema',
      Buffer.from('{"schema":{},"payload":1}'),
      /found JSON text with a schema$/,
      /value\.converter .*JsonConverter/,
    ],
    ['text', Buffer.from('hello'), /found plain text$/, /StringConverter/],
    ['nothing', Buffer.alloc(0), /an empty record$/, /StringConverter/],
    ['other bytes', Buffer.from([5, 1, 2]), /3 bytes that begin with 0x05$/, /ByteArrayConverter/],
    ['a GUID', Buffer.concat([Buffer.from([1]), Buffer.alloc(20)]), /by a GUID/, /PrefixSchemaIdSerializer/],
  ]
  for (const [name, bytes, message, remedy] of strange) {
    it(`says so when it finds ${name}`, async () => {
      const error = await failure(() => converter().toConnectData('topic', [], bytes))
      assert.equal(error.code, 'DATA_INVALID')
      assert.match(error.message, /^Failed to deserialize data for topic topic to Avro: Unknown magic byte/)
      assert.match(error.message, message)
      assert.match(error.remedy ?? '', remedy)
      assert.doesNotMatch(error.message, /hello/)
    })
  }

  it('says so when the id is unknown, the schema of another kind or the data cut off', async () => {
    const unknown = await failure(() => converter().toConnectData('t', [], framed(99)))
    assert.match(unknown.message, /get schema 99 at http:.*Schema 99 not found; error code: 40403/)
    const protobuf = registry.add('p-value', 'syntax = "proto3";', 'PROTOBUF')
    const other = await failure(() => converter().toConnectData('p', [], framed(protobuf)))
    assert.match(other.message, /is not Avro but PROTOBUF/)
    assert.match(other.remedy ?? '', /ProtobufConverter/)
    const id = registry.add('cut-value', '{"type":"array","items":"string"}')
    assert.match(
      (await failure(() => converter().toConnectData('cut', [], framed(id, 20, 8, 97)))).message,
      /end before the value does/,
    )
  })
})

describe('subjects and schemas', () => {
  const named = SchemaBuilder.struct().name('n.R').field('a', INT32_SCHEMA).build()
  const value = new Struct(named).put('a', 1)

  for (const [strategy, subject] of [
    ['io.confluent.kafka.serializers.subject.TopicNameStrategy', 't-value'],
    ['io.confluent.kafka.serializers.subject.RecordNameStrategy', 'n.R'],
    ['TopicRecordNameStrategy', 't-n.R'],
  ] as const) {
    it(`${strategy} names ${subject}`, async () => {
      await converter({ 'value.subject.name.strategy': strategy }).fromConnectData('t', [], named, value)
      assert.equal(registry.count(new RegExp(`^POST /subjects/${subject.replaceAll('.', '\\.')}/versions`)), 1)
    })
  }

  it('a strategy that needs a record refuses others; unknown ones are refused at once', async () => {
    const each = converter({ 'value.subject.name.strategy': 'RecordNameStrategy' })
    assert.match(
      (await failure(() => each.fromConnectData('t', [], STRING_SCHEMA, 'x'))).message,
      /must only be a record schema/,
    )
    assert.equal(
      (await failure(() => converter({ 'value.subject.name.strategy': 'com.acme.Own' }))).code,
      'CONFIG_INVALID',
    )
  })

  it('equal schemas are registered once, though they are made anew for each record', async () => {
    const each = converter()
    const make = (): Struct =>
      new Struct(SchemaBuilder.struct().name('n.Same').field('a', INT32_SCHEMA).build()).put('a', 1)
    for (let i = 0; i < 5; i++) {
      const struct = make()
      await each.fromConnectData('same', [], struct.schema, struct)
    }
    assert.equal(registry.requests.length, 1)
  })

  it('auto.register.schemas=false looks the schema up', async () => {
    const each = converter({ 'auto.register.schemas': 'false' })
    const error = await failure(() => each.fromConnectData('unregistered', [], STRING_SCHEMA, 'x'))
    assert.match(
      error.message,
      /find the schema in subject 'unregistered-value'.*Subject 'unregistered-value' not found/,
    )
    assert.match(error.remedy ?? '', /auto\.register\.schemas=true/)
    const id = registry.add('unregistered-value', '"string"')
    assert.deepEqual(await each.fromConnectData('unregistered', [], STRING_SCHEMA, 'x'), framed(id, 2, 120))
  })

  it('use.latest.version writes by name, with defaults for what the record has not', async () => {
    const id = registry.add(
      'latest-value',
      '{"type":"record","name":"Other","fields":[{"name":"more","type":"string","default":"d"},{"name":"a","type":"long"},{"name":"maybe","type":["null","int"],"default":null}]}',
    )
    const each = converter({ 'auto.register.schemas': 'false', 'use.latest.version': 'true' })
    const bytes = await each.fromConnectData('latest', [], named, value)
    assert.deepEqual(bytes, framed(id, 2, 100, 2, 0))
    registry.add('strict-value', '{"type":"record","name":"Strict","fields":[{"name":"z","type":"int"}]}')
    assert.match(
      (await failure(() => each.fromConnectData('strict', [], named, value))).message,
      /a field z without default/,
    )
    assert.equal((await failure(() => converter({ 'use.latest.version': 'true' }))).code, 'CONFIG_INVALID')
  })

  it('schemas may refer to others', async () => {
    registry.add('inner', '{"type":"record","name":"Inner","namespace":"r","fields":[{"name":"a","type":"int"}]}')
    const id = registry.add(
      'outer-value',
      '{"type":"record","name":"Outer","namespace":"r","fields":[{"name":"i","type":"Inner"}]}',
      'AVRO',
      [{ name: 'r.Inner', subject: 'inner', version: 1 }],
    )
    const read = await converter().toConnectData('outer', [], framed(id, 6))
    assert.equal((read.value as Struct).getStruct('i')?.get('a'), 3)
    assert.equal(read.schema?.version, 1)
  })

  it('a topic whose subject does not have the schema is read without a version', async () => {
    const id = registry.add('elsewhere-value', '"boolean"')
    const read = await converter().toConnectData('renamed', [], framed(id, 1))
    assert.deepEqual([read.value, read.schema?.version], [true, null])
  })
})

describe('values', () => {
  async function roundTrip(
    schema: Schema,
    value: unknown,
    props: Readonly<Record<string, string>> = {},
  ): Promise<unknown> {
    const each = converter(props)
    return (await each.toConnectData('v', [], await each.fromConnectData('v', [], schema, value))).value
  }

  it('int64 is exact', async () => {
    for (const value of [
      2n ** 63n - 1n,
      -(2n ** 63n),
      2 ** 53 - 1,
      -(2 ** 53) + 1,
      2n ** 53n,
      0,
      -1,
      2 ** 51 + 1,
      -(2 ** 51) - 1,
    ]) {
      assert.equal(await roundTrip(INT64_SCHEMA, value), value)
    }
  })

  it('fields and keys with names of Object are data', async () => {
    const schema = SchemaBuilder.struct()
      .name('p.P')
      .field('__proto__', STRING_SCHEMA)
      .field('constructor', SchemaBuilder.map(STRING_SCHEMA, INT32_SCHEMA).build())
      .build()
    const value = new Struct(schema).put('__proto__', 'x').put('constructor', new Map([['__proto__', 1]]))
    const back = (await roundTrip(schema, value)) as Struct
    assert.deepEqual(back.values, ['x', new Map([['__proto__', 1]])])
    assert.equal(({} as Record<string, unknown>)['x'], undefined)
  })

  it('a record may hold itself', async () => {
    const id = registry.add(
      'tree-value',
      '{"type":"record","name":"Tree","fields":[{"name":"v","type":"int"},{"name":"next","type":["null","Tree"],"default":null}]}',
    )
    const each = converter()
    const bytes = framed(id, 2, 2, 4, 2, 6, 0)
    const { schema, value } = await each.toConnectData('tree', [], bytes)
    const third = (value as Struct).getStruct('next')?.getStruct('next')
    assert.equal(third?.get('v'), 3)
    // Written again it has the same data, under the schema with Connect's name.
    const again = await each.fromConnectData('tree', [], schema, value)
    assert.deepEqual(again?.subarray(5), bytes.subarray(5))
  })

  it('unions of records and of scalars', async () => {
    const id = registry.add(
      'union-value',
      '["null","int",{"type":"record","name":"A","namespace":"u","fields":[{"name":"x","type":"int"}]},{"type":"record","name":"B","namespace":"u","fields":[{"name":"x","type":"int"}]},{"type":"enum","name":"E","namespace":"u","symbols":["ONE","TWO"]},{"type":"map","values":"int"},{"type":"fixed","name":"F","namespace":"u","size":2},{"type":"array","items":"int"}]',
    )
    const each = converter({ 'enhanced.avro.schema.support': 'true' })
    for (const [data, field] of [
      [[2, 14], 'int'],
      [[4, 14], 'u.A'],
      [[6, 14], 'u.B'],
      [[8, 2], 'u.E'],
      [[10, 2, 2, 97, 14, 0], 'map'],
      [[12, 1, 2], 'u.F'],
      [[14, 2, 14, 0], 'array'],
    ] as const) {
      const { schema, value } = await each.toConnectData('union', [], framed(id, ...data))
      const set = (schema?.fields ?? []).filter(({ index }) => (value as Struct).values[index] !== null)
      assert.deepEqual(
        set.map(({ name }) => name),
        [field],
      )
      assert.deepEqual((await each.fromConnectData('union', [], schema, value))?.subarray(5), Buffer.from(data))
    }
    assert.equal((await each.toConnectData('union', [], framed(id, 0))).value, null)
    assert.match(
      (await failure(() => each.toConnectData('union', [], framed(id, 60)))).message,
      /Not a value of the Avro schema/,
    )
  })

  it('generalised unions and enums', async () => {
    const props = { 'generalized.sum.type.support': 'true' }
    const id = registry.add('general-value', '["int",{"type":"enum","name":"E","symbols":["ONE","TWO"]}]')
    const each = converter(props)
    const { schema, value } = await each.toConnectData('general', [], framed(id, 2, 2))
    assert.equal((value as Struct).get('connect_union_field_1'), 'TWO')
    assert.deepEqual((await each.fromConnectData('general', [], schema, value))?.subarray(5), Buffer.from([2, 2]))
  })

  it('a null takes the default, unless told not to', async () => {
    const schema = SchemaBuilder.struct()
      .name('d.D')
      .field('a', SchemaBuilder.int32().optional().defaultValue(5).build())
      .build()
    const empty = new Struct(schema)
    assert.deepEqual(((await roundTrip(schema, empty)) as Struct).values, [5])
    assert.deepEqual(((await roundTrip(schema, empty, { 'ignore.default.for.nullables': 'true' })) as Struct).values, [
      null,
    ])
  })

  it('a decimal in a fixed is filled up with its sign', async () => {
    const id = registry.add(
      'fixed-value',
      '{"type":"fixed","name":"D","size":4,"logicalType":"decimal","precision":9,"scale":2}',
    )
    const each = converter()
    const { schema, value } = await each.toConnectData('fixed', [], framed(id, 0xff, 0xff, 0xff, 0xfe))
    assert.ok(valuesEqual(value, new Decimal(-2n, 2)))
    assert.deepEqual(
      (await each.fromConnectData('fixed', [], schema, value))?.subarray(5),
      Buffer.from([0xff, 0xff, 0xff, 0xfe]),
    )
  })

  it('records beyond the size of a slab, and many small ones, keep their bytes', async () => {
    const each = converter()
    const long = 'x'.repeat(200_000)
    assert.equal(await roundTrip(STRING_SCHEMA, long), long)
    const all = await Promise.all(
      Array.from(
        { length: 5000 },
        async (_, i) => await each.fromConnectData('many', [], STRING_SCHEMA, `value ${i} ${'y'.repeat(i % 100)}`),
      ),
    )
    for (const [i, bytes] of all.entries()) {
      assert.equal((await each.toConnectData('many', [], bytes)).value, `value ${i} ${'y'.repeat(i % 100)}`)
    }
  })

  const wrong: readonly (readonly [string, Schema, unknown, RegExp])[] = [
    ['a string for an int', INT32_SCHEMA, 'x', /INT32/],
    ['an int out of range', INT32_SCHEMA, 2 ** 40, /INT32/],
    ['a decimal of another scale', decimalBuilder(2).build(), new Decimal(1n, 3), /mismatching scale/],
    [
      'a struct of another schema',
      SchemaBuilder.struct().name('x.A').build(),
      new Struct(SchemaBuilder.struct().name('x.B').build()),
      /Mismatching struct schema/,
    ],
  ]
  for (const [name, schema, value, message] of wrong) {
    it(`refuses ${name}`, async () => {
      const error = await failure(() => converter().fromConnectData('w', [], schema, value))
      assert.equal(error.code, 'DATA_INVALID')
      assert.match(error.message, message)
    })
  }

  it('says which field is wrong', async () => {
    const schema = SchemaBuilder.struct().name('w.W').field('s', OPTIONAL_STRING_SCHEMA).build()
    const error = await failure(() => converter().fromConnectData('w', [], schema, Struct.ofValues(schema, [5])))
    assert.match(error.message, /\(field s\)$/)
  })
})
