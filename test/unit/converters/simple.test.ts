import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  type Converter,
  FLOAT64_SCHEMA,
  INT32_SCHEMA,
  INT64_SCHEMA,
  isConnectError,
  type Props,
  SchemaBuilder,
  STRING_SCHEMA,
  Struct,
} from '../../../api/index.ts'
import converters from '../../../converters/index.ts'

function create(simpleName: string, props: Props = {}): Converter {
  const plugin = converters.plugins.find(
    (each) => each.kind === 'converter' && each.className.endsWith(`.${simpleName}`),
  )
  if (plugin?.kind !== 'converter') throw new Error(`no ${simpleName}`)
  return plugin.create(props, 'value')
}

describe('the module', () => {
  const names = (kind: string): string[] =>
    converters.plugins.filter((plugin) => plugin.kind === kind).map((plugin) => plugin.className)

  it("has the nine converters and ten header converters of the original, and Confluent's for Avro", () => {
    assert.ok(names('converter').includes('io.confluent.connect.avro.AvroConverter'))
    assert.equal(new Set(names('converter').filter((name) => name.startsWith('org.apache.kafka.'))).size, 9)
    assert.equal(new Set(names('header_converter')).size, 10)
    assert.ok(names('header_converter').includes('org.apache.kafka.connect.storage.SimpleHeaderConverter'))
  })
})

describe('StringConverter', () => {
  const struct = new Struct(SchemaBuilder.struct().field('a', FLOAT64_SCHEMA).build()).put('a', 1)

  it('writes the Java text of anything and reads optional strings', async () => {
    const converter = create('StringConverter')
    const bytes = await converter.fromConnectData('t', [], struct.schema, struct)
    assert.equal(Buffer.from(bytes ?? []).toString(), 'Struct{a=1.0}')
    assert.equal(await converter.fromConnectData('t', [], STRING_SCHEMA, null), null)
    const { schema, value } = await converter.toConnectData('t', [], Buffer.from('é'))
    assert.deepEqual([schema?.type, schema?.optional, value], ['STRING', true, 'é'])
    assert.equal((await converter.toConnectData('t', [], null)).value, null)
  })

  const encodings: [string, number[]][] = [
    ['UTF-8', [0xc3, 0xa9]],
    ['iso-8859-1', [0xe9]],
    ['US-ASCII', [0x3f]],
    ['UTF-16', [0xfe, 0xff, 0x00, 0xe9]],
    ['UTF-16LE', [0xe9, 0x00]],
    ['UTF-16BE', [0x00, 0xe9]],
  ]
  for (const [encoding, bytes] of encodings) {
    it(`writes é in ${encoding}`, async () => {
      const converter = create('StringConverter', { 'converter.encoding': encoding })
      assert.deepEqual([...((await converter.fromConnectData('t', [], null, 'é')) ?? [])], bytes)
      const back = await converter.toConnectData('t', [], Uint8Array.from(bytes))
      assert.equal(back.value, encoding === 'US-ASCII' ? '?' : 'é')
    })
  }

  it('leaves the bytes of earlier texts alone, whatever their lengths', async () => {
    const converter = create('StringConverter')
    const texts = Array.from({ length: 3000 }, (_, index) => `${index}é😀`.repeat(1 + ((index * 7) % 97)))
    texts.push('', 'long'.repeat(50_000), 'after')
    const written = []
    for (const text of texts) written.push(await converter.fromConnectData('t', [], STRING_SCHEMA, text))
    assert.deepEqual(
      written.map((bytes) => Buffer.from(bytes ?? []).toString()),
      texts,
    )
  })

  it('refuses an encoding that it does not have', () => {
    assert.throws(
      () => create('StringConverter', { 'converter.encoding': 'EBCDIC' }),
      (error) => isConnectError(error) && error.code === 'CONFIG_INVALID',
    )
  })
})

describe('number converters', () => {
  const cases: [string, unknown, string][] = [
    ['ShortConverter', -2, 'fffe'],
    ['IntegerConverter', 258, '00000102'],
    ['LongConverter', 9007199254740993n, '0020000000000001'],
    ['FloatConverter', 1.5, '3fc00000'],
    ['DoubleConverter', 1.5, '3ff8000000000000'],
  ]
  for (const [name, value, hex] of cases) {
    it(`${name} writes big-endian bytes and reads them back`, async () => {
      const converter = create(name)
      const bytes = await converter.fromConnectData('t', [], null, value)
      assert.equal(Buffer.from(bytes ?? []).toString('hex'), hex)
      assert.deepEqual((await converter.toConnectData('t', [], bytes)).value, value)
      assert.equal(await converter.fromConnectData('t', [], null, null), null)
      assert.throws(() => converter.toConnectData('t', [], new Uint8Array(3)), /Failed to deserialize/)
    })
  }

  it('refuse another type', () => {
    const integers = create('IntegerConverter')
    assert.throws(
      () => integers.fromConnectData('t', [], INT64_SCHEMA, 1),
      /Failed to serialize to integer \(was class java.lang.Long\)/,
    )
    assert.throws(() => integers.fromConnectData('t', [], null, 2 ** 31), /Failed to serialize to integer/)
    assert.throws(() => integers.fromConnectData('t', [], INT32_SCHEMA, 'x'), /was class java.lang.String/)
  })
})

describe('BooleanConverter and ByteArrayConverter', () => {
  it('pass what is theirs', async () => {
    assert.deepEqual(await create('BooleanConverter').fromConnectData('t', [], null, true), Uint8Array.of(1))
    assert.equal((await create('BooleanConverter').toConnectData('t', [], Uint8Array.of(0))).value, false)
    const bytes = Uint8Array.of(1, 2)
    assert.equal(await create('ByteArrayConverter').fromConnectData('t', [], null, bytes), bytes)
  })

  it('refuse the rest', () => {
    assert.throws(
      () => create('BooleanConverter').fromConnectData('t', [], STRING_SCHEMA, 'x'),
      /Invalid schema type for BooleanConverter: STRING/,
    )
    assert.throws(
      () => create('BooleanConverter').toConnectData('t', [], Uint8Array.of(2)),
      /Failed to deserialize boolean/,
    )
    assert.throws(
      () => create('ByteArrayConverter').fromConnectData('t', [], STRING_SCHEMA, 'x'),
      /Invalid schema type for ByteArrayConverter: STRING/,
    )
    assert.throws(
      () => create('ByteArrayConverter').fromConnectData('t', [], null, 'x'),
      /not compatible with objects of type class java.lang.String/,
    )
  })
})
