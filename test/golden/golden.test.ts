import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { DEFAULT_VECTORS } from './main.ts'
import { LISTED, readVectors, runVectors } from './run-golden.ts'
import { parseVector, type Vector } from './vectors.ts'

const vectors = readVectors([DEFAULT_VECTORS])

async function assertAllPass(chosen: readonly Vector[]): Promise<void> {
  const { outcomes } = await runVectors(chosen)
  const fallen = outcomes.filter((outcome) => !outcome.passed)
  assert.deepEqual(
    fallen.map(({ vector, expected, got }) => ({ id: vector.id, expected, got })),
    [],
  )
}

describe('answers of the genuine Connect 4.3.1 classes', () => {
  it('json: all 217', async () => {
    const chosen = vectors.filter((vector) => vector.kind === 'json')
    assert.equal(chosen.length, 217)
    await assertAllPass(chosen)
  })

  it('header: all 20', async () => {
    const chosen = vectors.filter((vector) => vector.kind === 'header')
    assert.equal(chosen.length, 20)
    await assertAllPass(chosen)
  })

  it('transform: all 876 but the one listed', async () => {
    const chosen = vectors.filter((vector) => vector.kind === 'transform')
    assert.equal(chosen.length, 876)
    await assertAllPass(chosen.filter((vector) => !LISTED.has(vector.id)))
  })

  it('what is listed is refused, never answered otherwise', async () => {
    const { outcomes } = await runVectors(vectors.filter((vector) => LISTED.has(vector.id)))
    assert.equal(outcomes.length, LISTED.size)
    for (const { vector, passed, got } of outcomes) {
      assert.equal(passed, false, `${vector.id} passes: take it off the list`)
      assert.match(got, /^data: /)
    }
  })
})

describe('the judge', () => {
  const line = (expect: unknown): string =>
    JSON.stringify({ id: 'x', kind: 'json', config: { 'schemas.enable': 'false' }, bytes: '{"a":1}', expect })

  it('fails a wrong answer', async () => {
    const wrong = parseVector(line({ out: { data: { schema: null, payload: { a: 2 } }, bytes: '{"a":1}' } }))
    const { passed, line: text } = await runVectors([wrong])
    assert.equal(passed, false)
    assert.equal(text, 'golden: 0 of 1 passed (successes 0 of 1, errors 0 of 0)')
  })

  it('tells 1 from 1.0, and bytes from equal data', async () => {
    const right = parseVector(line({ out: { data: { schema: null, payload: { a: 1 } }, bytes: '{"a":1}' } }))
    assert.equal((await runVectors([right])).passed, true)
    const fraction = line({ out: { data: { schema: null, payload: { a: 1 } }, bytes: '{"a":1.0}' } })
    assert.equal((await runVectors([parseVector(fraction)])).passed, false)
  })

  it('fails an answer where an error is due, and an error of the wrong kind', async () => {
    const due = parseVector(line({ error: { class: 'DataException', message: 'm' } }))
    assert.equal((await runVectors([due])).passed, false)
    const bad = {
      id: 'x',
      kind: 'json',
      config: { 'schemas.enable': 'no' },
      bytes: '1',
      expect: { error: { class: 'DataException' } },
    }
    assert.equal((await runVectors([parseVector(JSON.stringify(bad))])).passed, false)
  })

  it('counts a kind that is not built as failed', async () => {
    const { passed } = await runVectors([
      parseVector('{"id":"x","kind":"avro","expect":{"error":{"class":"DataException"}}}'),
    ])
    assert.equal(passed, false)
  })
})
