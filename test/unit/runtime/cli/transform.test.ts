import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { checkout, runSluice } from '../../../support/command.ts'
import { Scratch } from '../../../support/scratch.ts'

const scratch = new Scratch()
after(() => scratch[Symbol.dispose]())

/** Adds `{"shop":"oslo"}` to values. */
const insert = {
  transforms: 'shop',
  'transforms.shop.type': 'org.apache.kafka.connect.transforms.InsertField$Value',
  'transforms.shop.static.field': 'shop',
  'transforms.shop.static.value': 'oslo',
}

function connector(name: string, content: unknown): string {
  const path = scratch.path(name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}
const flat = connector('flat.json', { topics: 'orders, more', ...insert })
const plain = connector('plain.json', { topics: 'orders' })

async function transform(args: readonly string[], lines: readonly string[]) {
  const { code, stdout, stderr } = await runSluice(['transform', ...args], { input: lines.join('\n') })
  const results = stdout.split('\n').filter((line) => line !== '')
  return { code, stderr, results, records: results.map((line) => JSON.parse(line) as Record<string, unknown>) }
}

test('the quickstart’s orders go through the quickstart’s sink, the broken ones are named by line', async () => {
  const input = readFileSync(join(checkout, 'config/quickstart/orders.jsonl'), 'utf8')
  const { code, stderr, results } = await transform(['config/quickstart/orders-sink.json'], [input])
  assert.equal(code, 1)
  assert.equal(stderr, 'sluice transform: 2 of 6 records failed\n')
  const begin =
    '{"topic":"oslo.orders","partition":0,"offset":0,"timestamp":null,"key":null,"value":{"schema":null,"payload":'
  assert.equal(results[0], `${begin}{"id":1,"item":"skis","price":249.5,"card":"****","shop":"oslo"}},"headers":[]}`)
  assert.match(results[4] ?? '', /"id":9007199254740993/)
  assert.match(results[2] ?? '', /^\{"error":\{"class":"DataException",.*not JSON.*,"transform":null\},"line":3\}$/)
  assert.match(results[5] ?? '', /"line":6\}$/)
})

const orders = { topic: 'orders', partition: 0, offset: 0, timestamp: null, key: null, headers: [] }
const shop = { schema: null, payload: { id: 1, shop: 'oslo' } }
describe('what a line means', () => {
  const string = { schema: { type: 'string', optional: false }, payload: 'a' }
  const full =
    '{"topic":"t","partition":1,"offset":2,"timestamp":3,"key":"k","value":{"id":1},"headers":[{"key":"h","value":1}]}'
  const lines: readonly (readonly [what: string, line: string, expected: unknown])[] = [
    ['a bare value', '{"id":1}', { ...orders, value: shop }],
    ['a record in full', '{"topic":"other","value":{"id":1}}', { ...orders, topic: 'other', value: shop }],
    ['a record without its topic', '{"value":{"id":1}}', { ...orders, value: shop }],
    ['an envelope as the value', '{"value":{"schema":null,"payload":{"id":1}}}', { ...orders, value: shop }],
    ['a bare envelope', '{"schema":null,"payload":{"id":1}}', { ...orders, value: shop }],
    [
      'all fields',
      full,
      {
        ...{ topic: 't', partition: 1, offset: 2, timestamp: 3, key: { schema: null, payload: 'k' }, value: shop },
        headers: [{ key: 'h', value: { schema: null, payload: 1 } }],
      },
    ],
  ]
  test('with a transform', async () => {
    const { code, records } = await transform(
      [flat],
      lines.map(([, line]) => line),
    )
    assert.equal(code, 0)
    for (const [index, [what, , expected]] of lines.entries()) assert.deepEqual(records[index], expected, what)
  })

  test('scalars, none and schemas', async () => {
    const { code, records } = await transform(
      [plain],
      ['null', '3', '["a"]', '{}', JSON.stringify(string), '{"value":null}'],
    )
    assert.equal(code, 0)
    assert.deepEqual(
      records.map((record) => record['value']),
      [
        null,
        { schema: null, payload: 3 },
        { schema: null, payload: ['a'] },
        { schema: null, payload: {} },
        string,
        null,
      ],
    )
  })

  test('--values: every line is a value; --topic: of records that name none', async () => {
    const { code, records } = await transform(['--values', '--topic', 'given', plain], ['{"value":1,"sensor":"a"}'])
    assert.equal(code, 0)
    assert.deepEqual(records, [
      { ...orders, topic: 'given', value: { schema: null, payload: { value: 1, sensor: 'a' } } },
    ])
  })
})

test('a line that is no record says what is wrong with it, and in which line', async () => {
  const faults: readonly (readonly [line: string, said: RegExp])[] = [
    ['{"topic":"t","valu":{}}', /no field "valu" in a record\. Did you mean "value"\?.*--values/],
    ['{"valu":{"id":1}}', /no field "valu" in a record\. Did you mean "value"\?/],
    ['{"value":1,"sensor":"a"}', /no field "sensor" in a record\. It has topic, /],
    ['{"value":1,"headers":[{"key":"h","vaule":1}]}', /no field "vaule" in a header\. Did you mean "value"\?/],
    ['{"value":1,"timestamp":"now"}', /"timestamp" is not a whole number/],
    ['{"value":1,"topic":2}', /"topic" is not a string/],
  ]
  // An empty line is no record, but a line.
  const { code, records, stderr } = await transform([plain], ['', ...faults.map(([line]) => line)])
  assert.equal(code, 1)
  assert.equal(stderr, 'sluice transform: 6 of 6 records failed\n')
  for (const [index, [line, said]] of faults.entries()) {
    const { error, line: number } = records[index] as { error: { message: string }; line: number }
    assert.match(error.message, said, line)
    assert.equal(number, index + 2)
  }
})

test('a failing transform is named', async () => {
  const { code, records } = await transform([flat], ['3'])
  assert.equal(code, 1)
  assert.deepEqual((records[0]?.['error'] as { transform: string }).transform, 'shop')
})

test('a record without any topic asks for one', async () => {
  const { records } = await transform([connector('topicless.json', { 'topics.regex': 'a.*' })], ['1'])
  assert.match((records[0]?.['error'] as { message: string }).message, /Name one with --topic/)
})

test('a transform that is not configured right is named with the file', async () => {
  const { 'transforms.shop.static.field': _, 'transforms.shop.static.value': __, ...half } = insert
  const path = connector('half.json', { name: 'half', config: half })
  const { code, stderr, results } = await transform([path], ['1'])
  assert.equal(code, 2)
  assert.deepEqual(results, [])
  assert.equal(stderr, `sluice transform: ${path}: transforms.shop: No field insertion configured\n`)
})

test('a reader that has had enough ends it quietly', async () => {
  const input = '{"id":1}\n'.repeat(20_000)
  const { code, stderr } = await runSluice(['transform', plain], { input, readBytes: 1 })
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
})
