import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import {
  type ConnectError,
  INT32_SCHEMA,
  isConnectError,
  OPTIONAL_STRING_SCHEMA,
  SchemaBuilder,
  STRING_SCHEMA,
  Struct,
  valuesEqual,
} from '../../api/index.ts'
import { AvroConverter } from '../../converters/avro/converter.ts'
import { javaBinary } from '../services/java.ts'
import { run } from '../services/process.ts'
import { avroJars, type SchemaRegistry, startSchemaRegistry } from '../services/schema-registry.ts'

// Confluent's interface as Apicurio answers it.

let registry: SchemaRegistry | null = null
const made: AvroConverter[] = []
before(async () => {
  try {
    registry = await startSchemaRegistry()
  } catch (error) {
    if (process.env['CI'] === 'true') throw error
    process.stderr.write(`\n*** No schema registry: tests with a real one are skipped.\n*** ${String(error)}\n`)
  }
})
after(async () => {
  for (const each of made) each.close()
  await registry?.stop()
})

function converter(props: Readonly<Record<string, string>> = {}, role: 'key' | 'value' = 'value'): AvroConverter {
  const each = new AvroConverter({ 'schema.registry.url': registry?.url ?? '', ...props }, role)
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

async function put(path: string, body: unknown): Promise<void> {
  const response = await fetch(`${registry?.url}${path}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  assert.ok(response.ok, await response.text())
}

async function post(path: string, body: unknown): Promise<unknown> {
  const response = await fetch(`${registry?.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  assert.ok(response.ok, path)
  return await response.json()
}

describe('AvroConverter with a real schema registry', () => {
  const real = (name: string, run: () => Promise<void>): void =>
    void test(name, async (context) => {
      if (registry === null) context.skip('no schema registry')
      else await run()
    })
  const v1 = SchemaBuilder.struct().name('shop.Order').field('id', INT32_SCHEMA).build()
  const v2 = SchemaBuilder.struct()
    .name('shop.Order')
    .field('id', INT32_SCHEMA)
    .field('note', OPTIONAL_STRING_SCHEMA)
    .build()
  const v3 = SchemaBuilder.struct().name('shop.Order').field('id', INT32_SCHEMA).field('must', STRING_SCHEMA).build()

  real('schemas are registered, and records read by another worker with their version', async () => {
    const first = new Struct(v1).put('id', 1)
    const second = new Struct(v2).put('id', 2).put('note', 'x')
    const writer = converter()
    const [one, two] = [
      await writer.fromConnectData('orders', [], v1, first),
      await writer.fromConnectData('orders', [], v2, second),
    ]
    const reader = converter()
    const back = [await reader.toConnectData('orders', [], one), await reader.toConnectData('orders', [], two)]
    assert.deepEqual(
      back.map(({ schema }) => [schema?.name, schema?.version]),
      [
        ['shop.Order', 1],
        ['shop.Order', 2],
      ],
    )
    assert.ok(
      valuesEqual(
        back.map(({ value }) => (value as Struct).values),
        [[1], [2, 'x']],
      ),
    )
    assert.deepEqual(await converter().fromConnectData('orders', [], v1, first), one, 'the same schema has the same id')
    const key = await converter({}, 'key').fromConnectData('orders', [], STRING_SCHEMA, 'k')
    assert.equal((await converter({}, 'key').toConnectData('orders', [], key)).value, 'k')
  })

  real('an incompatible schema is refused with what to do', async () => {
    await converter().fromConnectData('strict', [], v1, new Struct(v1).put('id', 1))
    await put('/config/strict-value', { compatibility: 'BACKWARD' })
    const error = await failure(() =>
      converter().fromConnectData('strict', [], v3, new Struct(v3).put('id', 1).put('must', 'x')),
    )
    assert.equal(error.retriable, false)
    assert.match(error.message, /register a schema for subject 'strict-value' at http.*error code: 409/)
    assert.match(error.remedy ?? '', /compatibility rule/)
  })

  real('what is not there is told as such', async () => {
    assert.match(
      (await failure(() => converter().toConnectData('t', [], Buffer.from([0, 0, 1, 0, 0, 0])))).message,
      /get schema 65536 at/,
    )
    const lookUp = converter({ 'auto.register.schemas': 'false' })
    assert.match(
      (await failure(() => lookUp.fromConnectData('absent', [], STRING_SCHEMA, 'x'))).message,
      /find the schema in subject 'absent-value'/,
    )
    const latest = converter({ 'auto.register.schemas': 'false', 'use.latest.version': 'true' })
    assert.match(
      (await failure(() => latest.fromConnectData('absent', [], STRING_SCHEMA, 'x'))).message,
      /latest schema of subject 'absent-value'/,
    )
  })

  real('the latest schema is written with, looked up or not', async () => {
    const first = await converter().fromConnectData('newest', [], v2, new Struct(v2).put('id', 7))
    const latest = converter({ 'auto.register.schemas': 'false', 'use.latest.version': 'true' })
    assert.deepEqual(await latest.fromConnectData('newest', [], v1, new Struct(v1).put('id', 7)), first)
    const lookUp = converter({ 'auto.register.schemas': 'false' })
    assert.deepEqual(await lookUp.fromConnectData('newest', [], v2, new Struct(v2).put('id', 7)), first)
  })

  real('schemas refer to others', async () => {
    await post('/subjects/part/versions', {
      schema: '{"type":"record","name":"Part","namespace":"r","fields":[{"name":"a","type":"int"}]}',
    })
    const { id } = (await post('/subjects/whole-value/versions', {
      schema: '{"type":"record","name":"Whole","namespace":"r","fields":[{"name":"part","type":"r.Part"}]}',
      references: [{ name: 'r.Part', subject: 'part', version: 1 }],
    })) as { id: number }
    const prefix = Buffer.alloc(5)
    prefix.writeInt32BE(id, 1)
    const { schema, value } = await converter().toConnectData('whole', [], Buffer.concat([prefix, Buffer.from([6])]))
    assert.equal(schema?.version, 1)
    assert.equal((value as Struct).getStruct('part')?.get('a'), 3)
  })

  real('what Java writes comes back to it as it was, and it reads what we write', async () => {
    const theirs = (await java('interop')).split('\n')
    const each = converter({ 'enhanced.avro.schema.support': 'true' })
    const ours: string[] = []
    const events: Struct[] = []
    for (const hex of theirs) {
      const { schema, value } = await each.toConnectData('interop', [], Buffer.from(hex, 'hex'))
      assert.equal(schema?.name, 'java.side.Event')
      events.push(value as Struct)
      const again = Buffer.from((await each.fromConnectData('interop', [], schema, value)) ?? []).toString('hex')
      assert.equal(again.slice(10), hex.slice(10), 'the same data, under a schema of our own')
      ours.push(again)
    }
    const [first, second] = events
    assert.deepEqual(
      ['yes', 'i', 'l', 'f', 'd', 's', 'e', 'none'].map((name) => first?.get(name)),
      [true, -(2 ** 31), 2n ** 63n - 1n, Math.fround(1.1), Math.PI, 'grün 🎉', 'GREEN', null],
    )
    assert.deepEqual(
      [first?.get('day'), first?.get('at')],
      [new Date(19_000 * 86_400_000), new Date(1_700_000_000_123)],
    )
    assert.deepEqual(first?.get('a'), [null, -(2n ** 63n), 2n ** 53n])
    assert.equal(String(first?.get('n')), '-123456.789')
    assert.equal(first?.getStruct('u')?.get('string'), 'text')
    assert.equal(second?.getStruct('u')?.getStruct('java.side.Inner')?.get('v'), 7)
    const read = (await java('interop', ...theirs, ...ours)).split('\n')
    assert.equal(read.length, 4)
    assert.deepEqual(read.slice(2), read.slice(0, 2))
  })
})

async function java(...args: readonly string[]): Promise<string> {
  const fixture = fileURLToPath(new URL('../../../test/fixtures/java/AvroInterop.java', import.meta.url))
  const all = ['-Xmx256M', '-cp', `${await avroJars()}/*`, fixture, registry?.nativeUrl ?? '', ...args]
  return (await run(javaBinary(), all, { timeoutMs: 60_000 })).trim()
}
