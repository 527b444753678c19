import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { after, describe, test } from 'node:test'
import { recordDiff } from '../../../../runtime/cli/explain/record-diff.ts'
import { runSluice } from '../../../support/command.ts'
import { Scratch } from '../../../support/scratch.ts'

const scratch = new Scratch()
after(() => scratch[Symbol.dispose]())

const kafka = 'org.apache.kafka.connect.transforms'

async function explain(config: Readonly<Record<string, string>>, ...records: readonly unknown[]) {
  const file = scratch.path('connector.json')
  writeFileSync(file, JSON.stringify({ topics: 't', ...config }))
  const input = records.map((record) => JSON.stringify(record)).join('\n')
  return await runSluice(['transform', '--explain', file], { input })
}

const record = (value: unknown, more: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({
    ...{ topic: 't', partition: 0, offset: 0, timestamp: null, key: null },
    value: { schema: null, payload: value },
    headers: [],
    ...more,
  })

describe('what has changed between two records', () => {
  const cases: readonly (readonly [what: string, before: string, after: string, lines: readonly string[]])[] = [
    ['nothing', record({ a: 1 }), record({ a: 1 }), []],
    ['a value', record({ a: 1 }), record({ a: 2 }), ['~ value.a: 1 → 2']],
    ['a new field', record({ a: 1 }), record({ a: 1, b: 'x' }), ['+ value.b: "x"']],
    ['a map as a whole', record({ a: { b: 1, c: 2 } }), record({}), ['- value.a: {…}']],
    ['a topic', record(1), record(1, { topic: 'u' }), ['~ topic: "t" → "u"']],
    ['a key', record(1), record(1, { key: { schema: null, payload: 'k' } }), ['~ key: none → "k"']],
    [
      'headers of one name',
      record(1, { headers: [{ key: 'h', value: { schema: null, payload: 1 } }] }),
      record(1, { headers: [1, 2].map((payload) => ({ key: 'h', value: { schema: null, payload } })) }),
      ['+ header h[1]: 2'],
    ],
    [
      'a schema',
      record(1, { value: { schema: { type: 'int32', optional: false }, payload: 1 } }),
      record(1, { value: { schema: { type: 'int64', optional: true, name: 'n', version: 2 }, payload: 1 } }),
      ['~ value schema: int32 → int64 n v2 (optional)'],
    ],
    ['a field with a colon and blanks', record({}), record({ 'a: b': 1 }), ['+ value.a: b: 1']],
  ]
  for (const [what, before, now, lines] of cases) test(what, () => assert.deepEqual(recordDiff(before, now), lines))
})

describe('sluice transform --explain', () => {
  test('shows each stage, what it changed, and the result', async () => {
    const config = {
      transforms: 'hide,place',
      'transforms.hide.type': `${kafka}.MaskField$Value`,
      'transforms.hide.fields': 'card',
      'transforms.place.type': `${kafka}.RegexRouter`,
      'transforms.place.regex': 'other',
      'transforms.place.replacement': 'x',
    }
    const { code, stdout } = await explain(config, { card: '4111' })
    assert.equal(code, 0)
    assert.equal(
      stdout,
      [
        'line 1',
        '  hide (MaskField$Value)',
        '    ~ value.card: "4111" → ""',
        '  place (RegexRouter)',
        '    nothing changed',
        `  = ${record({ card: '' })}`,
        '',
      ].join('\n'),
    )
  })

  test('names the field that was probably meant', async () => {
    const config = {
      transforms: 'hide',
      'transforms.hide.type': `${kafka}.MaskField$Value`,
      'transforms.hide.fields': 'crad',
    }
    const { stdout } = await explain(config, { id: 1, card: '4111' })
    assert.match(stdout, /^ {4}"crad" \(fields\) is no field of the value\. Did you mean "card"\?$/m)
  })

  test('says when a predicate lets a record pass by, and when it is dropped', async () => {
    const config = {
      transforms: 'drop',
      'transforms.drop.type': `${kafka}.Filter`,
      'transforms.drop.predicate': 'tomb',
      predicates: 'tomb',
      'predicates.tomb.type': `${kafka}.predicates.RecordIsTombstone`,
    }
    const { stdout } = await explain(config, { value: 1 }, { value: null })
    assert.match(stdout, /^line 1\n {2}drop \(Filter\)\n {4}passed by: its predicate does not hold$/m)
    assert.match(stdout, /^line 2\n {2}drop \(Filter\)\n {4}dropped\n {2}= \{"filtered":true\}$/m)
  })

  test('ends at the stage that failed', async () => {
    const config = {
      transforms: 'add,after',
      'transforms.add.type': `${kafka}.InsertField$Value`,
      'transforms.add.static.field': 'a',
      'transforms.add.static.value': 'b',
      'transforms.after.type': `${kafka}.RegexRouter`,
      'transforms.after.regex': '.*',
      'transforms.after.replacement': 'x',
    }
    const { code, stdout, stderr } = await explain(config, { value: 3 })
    assert.equal(code, 1)
    assert.match(stdout, /^ {4}failed: DataException: Only Map objects supported.*\n {2}= failed$/m)
    assert.ok(!stdout.includes('after'))
    assert.match(stderr, /1 of 1 records failed/)
  })
})
