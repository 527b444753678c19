import assert from 'node:assert/strict'
import { utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import {
  type ConnectRecord,
  isStruct,
  type Schema,
  SchemaBuilder,
  SinkRecord,
  Struct,
  type Transformation,
} from '../../../api/index.ts'
import { script } from '../../../transforms/script/index.ts'
import { checkout, runSluice } from '../../support/command.ts'
import { Scratch } from '../../support/scratch.ts'

const scratch = new Scratch()
after(() => scratch[Symbol.dispose]())

const record = (value: unknown, valueSchema: Schema | null = null): SinkRecord =>
  new SinkRecord({ topic: 't', kafkaPartition: 0, kafkaOffset: 0, value, valueSchema })

let files = 0
async function started(code: string, extension = 'js'): Promise<Transformation> {
  const file = scratch.path(`script-${++files}.${extension}`)
  writeFileSync(file, code)
  const transformation = script.create({ 'script.file': file })
  await transformation.start?.()
  return transformation
}

async function applied(code: string, to: ConnectRecord): Promise<ConnectRecord | null> {
  return await (await started(code)).apply(to)
}

describe('what a script returns', () => {
  test('the record as it is, changes, a new record, or null', async () => {
    const given = record({ a: 1 })
    assert.equal(await applied('export default (record) => record', given), given)
    assert.equal(await applied('export default () => null', given), null)
    const changed = await applied(
      'export default ({ topic, value }) => ({ topic: topic + 2, value: { ...value, b: 2 } })',
      given,
    )
    assert.equal(changed?.topic, 't2')
    assert.deepEqual(changed?.value, { a: 1, b: 2 })
    const made = await applied('export default (record) => record.with({ timestamp: 5 })', given)
    assert.equal(made?.timestamp, 5)
  })

  test('a promise of it', async () => {
    const changed = await applied('export default async (record) => ({ value: record.value + 1 })', record(1))
    assert.equal(changed?.value, 2)
  })

  test('a value with the schema that it had, a struct with its own, a map in the place of a struct with none', async () => {
    const string = SchemaBuilder.string().build()
    const upper = await applied(
      'export default (record) => ({ value: record.value.toUpperCase() })',
      record('a', string),
    )
    assert.deepEqual([upper?.value, upper?.valueSchema], ['A', string])
    const schema = SchemaBuilder.struct().field('a', string).build()
    const struct = record(new Struct(schema).put('a', 'x'), schema)
    const map = await applied('export default (record) => ({ value: { a: record.value.get("a") } })', struct)
    assert.deepEqual([map?.value, map?.valueSchema], [{ a: 'x' }, null])
    const other = await applied(
      `export default (record, { SchemaBuilder, Struct }) => {
        const schema = SchemaBuilder.struct().field('b', SchemaBuilder.int32().build()).build()
        return { value: new Struct(schema).put('b', 3) }
      }`,
      struct,
    )
    assert.ok(isStruct(other?.value))
    assert.equal(other.valueSchema, other.value.schema)
    const gone = await applied('export default () => ({ value: null })', struct)
    assert.deepEqual([gone?.value, gone?.valueSchema], [null, schema])
  })

  test('nothing, text, or what no record has is an error of the record', async () => {
    const cases: readonly (readonly [code: string, said: RegExp])[] = [
      ['export default () => {}', /returned nothing/],
      ['export default () => "text"', /returned string/],
      ['export default () => [1]', /returned an array/],
      ['export default () => ({ vlaue: 1 })', /changes "vlaue", which no record has/],
      ['export default () => { throw new Error("own words") }', /own words/],
      ['export default async () => undefined', /returned nothing/],
    ]
    for (const [code, said] of cases) {
      const transformation = await started(code)
      await assert.rejects(async () => await transformation.apply(record(1)), said, code)
    }
  })
})

describe('a script that cannot be', () => {
  test('is refused when it is configured or started, with what to do', async () => {
    assert.throws(() => script.create({}), /script\.file/)
    assert.throws(() => script.create({ 'script.file': scratch.path('none.js') }), {
      code: 'CONFIG_INVALID',
      message: /is not there/,
    })
    assert.throws(() => script.create({ 'script.file': scratch.path('a.py') }), /is no \.js, /)
    await assert.rejects(started('export const other = 1'), /exports no function by default/)
    await assert.rejects(started('export default ('), /cannot be loaded: Unexpected/)
    await assert.rejects(started('import "./not-there.js"'), /cannot be loaded: Cannot find module/)
  })

  test('TypeScript runs where Node runs it, and is refused elsewhere', async () => {
    const code = 'export default (record: { value: number }) => ({ value: record.value + 1 })'
    const runs = (process.features as { typescript?: unknown }).typescript
    if (runs === undefined || runs === false)
      return await assert.rejects(started(code, 'ts'), /TypeScript, which this Node does not run/)
    const changed = await (await started(code, 'ts')).apply(record(1))
    assert.equal(changed?.value, 2)
  })
})

test('each start takes the file as it is then', async () => {
  const file = scratch.path('again.js')
  const use = async (code: string, atSeconds: number): Promise<unknown> => {
    writeFileSync(file, code)
    utimesSync(file, atSeconds, atSeconds)
    const transformation = script.create({ 'script.file': file })
    await transformation.start?.()
    return (await transformation.apply(record(1)))?.value
  }
  assert.equal(await use('export default () => ({ value: "old" })', 1000), 'old')
  assert.equal(await use('export default () => ({ value: "new" })', 2000), 'new')
})

test('the example of config/scripts rounds prices, and a bad one is an error', async () => {
  const config = {
    topics: 'orders',
    transforms: 'round',
    'transforms.round.type': 'sluice.Script',
    'transforms.round.script.file': join(checkout, 'config/scripts/round-prices.js'),
  }
  const file = scratch.path('orders.json')
  writeFileSync(file, JSON.stringify(config))
  const { code, stdout } = await runSluice(['transform', file], {
    input: '{"id":1,"price":2.6}\n{"id":2,"price":-1}\n',
  })
  assert.equal(code, 1)
  assert.match(stdout, /"payload":\{"id":1,"price":3\}/)
  assert.match(stdout, /"message":"order 2 has the price -1","transform":"round"/)
})
