import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  type ConnectRecord,
  Float64,
  Headers,
  INT32_SCHEMA,
  isConnectError,
  type PluginDescriptor,
  type Predicate,
  type Props,
  SchemaBuilder,
  SinkRecord,
  SourceRecord,
  STRING_SCHEMA,
  Struct,
  type Transformation,
} from '../../../api/index.ts'
import transforms from '../../../transforms/index.ts'

const PACKAGE = 'org.apache.kafka.connect.transforms'

function find(name: string): PluginDescriptor {
  const plugin = transforms.plugins.find((each) => each.className === `${PACKAGE}.${name}`)
  if (plugin === undefined) throw new Error(`no ${name}`)
  return plugin
}

function transform(name: string, props: Props = {}): Transformation {
  const plugin = find(name)
  assert.equal(plugin.kind, 'transformation')
  return plugin.kind === 'transformation' ? plugin.create(props) : { apply: () => null }
}

function predicate(name: string, props: Props = {}): Predicate {
  const plugin = find(`predicates.${name}`)
  assert.equal(plugin.kind, 'predicate')
  return plugin.kind === 'predicate' ? plugin.create(props) : { test: () => false }
}

const sink = (value: unknown, timestamp: number | null = 5): SinkRecord =>
  new SinkRecord({ topic: 't', kafkaPartition: 1, kafkaOffset: 7, timestamp, value })
const source = (value: unknown): SourceRecord =>
  new SourceRecord({ topic: 't', value, sourcePartition: null, sourceOffset: null })
const valueOf = async (transformation: Transformation, record: ConnectRecord): Promise<unknown> =>
  (await transformation.apply(record))?.value

const schema = SchemaBuilder.struct()
  .name('V')
  .field('id', INT32_SCHEMA)
  .field('name', SchemaBuilder.string().optional().defaultValue('anon').build())
  .build()
const struct = (): Struct => new Struct(schema).put('id', 1)
const sinkStruct = (): SinkRecord => sink(struct()).with({ valueSchema: schema })

describe('InsertField', () => {
  const all = {
    'topic.field': 'top',
    'partition.field': 'p!',
    'offset.field': 'o',
    'timestamp.field': 'ts?',
    'static.field': 's',
    'static.value': 'x',
  }

  it('adds to a schemaless map', async () => {
    assert.deepEqual(await valueOf(transform('InsertField$Value', all), sink({ a: 1 })), {
      a: 1,
      top: 't',
      p: 1,
      o: 7,
      ts: 5,
      s: 'x',
    })
    assert.deepEqual(
      await valueOf(transform('InsertField$Value', all), sink(new Map([[1, 2]]))),
      new Map<unknown, unknown>([
        [1, 2],
        ['top', 't'],
        ['p', 1],
        ['o', 7],
        ['ts', 5],
        ['s', 'x'],
      ]),
    )
  })

  it('adds to a struct, once per schema', async () => {
    const insert = transform('InsertField$Value', all)
    const [one, two] = [await insert.apply(sinkStruct()), await insert.apply(sinkStruct())]
    const value = one?.value as Struct
    assert.deepEqual(
      value.schema.fields.map((field) => `${field.name}:${field.schema.type}:${field.schema.optional}`),
      [
        'id:INT32:false',
        'name:STRING:true',
        'top:STRING:true',
        'p:INT32:false',
        'o:INT64:true',
        'ts:INT64:true',
        's:STRING:true',
      ],
    )
    assert.deepEqual(value.values, [1, 'anon', 't', 1, 7, new Date(5), 'x'])
    assert.equal(one?.valueSchema, two?.valueSchema)
    assert.equal(value.schema.name, 'V')
  })

  it('leaves the key alone, and null as it is', async () => {
    assert.deepEqual((await transform('InsertField$Key', all).apply(sink(null).with({ key: {} })))?.key, {
      top: 't',
      p: 1,
      o: 7,
      ts: 5,
      s: 'x',
    })
    assert.equal(await valueOf(transform('InsertField$Value', all), sink(null)), null)
  })

  it('leaves out what the record does not have', async () => {
    assert.deepEqual(await valueOf(transform('InsertField$Value', { ...all, 'offset.field': null }), source({})), {
      top: 't',
      s: 'x',
    })
  })

  it('keeps null when told to', async () => {
    const keep = transform('InsertField$Value', { 'topic.field': 'top', 'replace.null.with.default': 'false' })
    assert.deepEqual(((await valueOf(keep, sinkStruct())) as Struct).values, [1, null, 't'])
  })

  it('refuses', () => {
    assert.throws(() => transform('InsertField$Value'), /No field insertion configured/)
    assert.throws(
      () => transform('InsertField$Value', { 'static.field': 's' }),
      /No value specified for static field: s/,
    )
    assert.throws(
      () => transform('InsertField$Value', all).apply(source({})),
      /Only SinkRecord supported for \[field insertion\], found: org.apache.kafka.connect.source.SourceRecord/,
    )
    assert.throws(
      () => transform('InsertField$Value', all).apply(sink('x')),
      /Only Map objects supported in absence of schema for \[field insertion\], found: java.lang.String/,
    )
    assert.throws(() => transform('InsertField$Value', { 'topic.field': 'id' }).apply(sinkStruct()), /duplication id/)
  })
})

describe('ReplaceField', () => {
  it('excludes before it includes, and renames', async () => {
    const replace = transform('ReplaceField$Value', { include: 'a,b', exclude: 'b', renames: 'a:A' })
    assert.deepEqual(await valueOf(replace, sink({ a: 1, b: 2, c: 3 })), { A: 1 })
    const renamed = (await valueOf(
      transform('ReplaceField$Value', { renames: 'id:ID', exclude: 'name' }),
      sinkStruct(),
    )) as Struct
    assert.deepEqual(
      renamed.schema.fields.map((field) => field.name),
      ['ID'],
    )
    assert.equal(renamed.get('ID'), 1)
  })

  it('takes __proto__ for a field like any other', async () => {
    const value: unknown = JSON.parse('{"__proto__":1,"b":2}')
    const kept = await valueOf(transform('ReplaceField$Value', { exclude: 'b' }), sink(value))
    assert.equal(JSON.stringify(kept), '{"__proto__":1}')
  })

  for (const renames of ['a', 'a:b:c', ':', 'a:']) {
    it(`refuses the mapping ${renames}`, () =>
      assert.throws(
        () => transform('ReplaceField$Value', { renames }),
        (error) => isConnectError(error) && /Invalid rename mapping/.test(error.message),
      ))
  }
})

describe('MaskField', () => {
  it('empties schemaless values by their class; a missing field is added as null', async () => {
    const value = { i: 5, d: 1.5, f: new Float64(2), s: 'x', b: true, l: [1], m: { a: 1 }, n: null }
    const masked = await valueOf(transform('MaskField$Value', { fields: 'i,d,f,s,b,l,m,n,gone' }), sink(value))
    assert.deepEqual(masked, {
      i: 0,
      d: new Float64(0),
      f: new Float64(0),
      s: '',
      b: false,
      l: [],
      m: {},
      n: null,
      gone: null,
    })
    assert.equal(value.i, 5)
  })

  it('replaces numbers and strings', async () => {
    const mask = transform('MaskField$Value', { fields: 'i,d,s,id', replacement: '300' })
    assert.deepEqual(await valueOf(mask, sink({ i: 5, d: 1.5, s: 'x' })), {
      i: 300,
      d: new Float64(300),
      s: '300',
      id: null,
    })
    const small = SchemaBuilder.struct().field('id', SchemaBuilder.int8().build()).build()
    const record = sink(new Struct(small).put('id', 1)).with({ valueSchema: small })
    assert.equal(((await valueOf(mask, record)) as Struct).get('id'), 44)
  })

  it('refuses', () => {
    const mask = (replacement: string | null): Transformation =>
      transform('MaskField$Value', { fields: 'a', replacement })
    assert.throws(() => mask('x').apply(sink({ a: 1 })), /Unable to convert x \(class java.lang.String\) to a number/)
    assert.throws(
      () => mask('x').apply(sink({ a: true })),
      /Cannot mask value of type class java.lang.Boolean with custom replacement\./,
    )
    assert.throws(() => mask(null).apply(sink({ a: Uint8Array.of(1) })), /Cannot mask value of type: class \[B/)
    assert.throws(() => mask(null).apply(sink(null)), /found: null/)
    assert.throws(() => transform('MaskField$Value', { fields: '' }), /must not be empty/)
  })
})

describe('RegexRouter', () => {
  it('reroutes what matches as a whole', async () => {
    const router = transform('RegexRouter', { regex: '(t|u)', replacement: 'x-$1' })
    assert.equal((await router.apply(sink(1)))?.topic, 'x-t')
    assert.equal((await router.apply(sink(1).with({ topic: 'tt' })))?.topic, 'tt')
  })

  it('refuses a wrong expression', () => {
    assert.throws(
      () => transform('RegexRouter', { regex: '(', replacement: '' }),
      /configuration regex: Invalid regex: Unclosed group/,
    )
  })
})

describe('Filter and predicates', () => {
  it('answer by topic, header and value', async () => {
    assert.equal(await transform('Filter').apply(sink(1)), null)
    assert.equal(await predicate('TopicNameMatches', { pattern: 't+' }).test(sink(1)), true)
    assert.equal(await predicate('TopicNameMatches', { pattern: 'x' }).test(sink(1)), false)
    const withHeader = sink(1).with({ headers: Headers.EMPTY.with('h', null) })
    assert.equal(await predicate('HasHeaderKey', { name: 'h' }).test(withHeader), true)
    assert.equal(await predicate('HasHeaderKey', { name: 'H' }).test(withHeader), false)
    assert.equal(await predicate('RecordIsTombstone').test(sink(null).with({ valueSchema: STRING_SCHEMA })), true)
    assert.equal(await predicate('RecordIsTombstone').test(sink('')), false)
  })

  it('refuse an empty pattern or name', () => {
    assert.throws(() => predicate('TopicNameMatches', { pattern: '' }), /String must be non-empty/)
    assert.throws(() => predicate('HasHeaderKey'), /Missing required configuration "name"/)
  })
})
