import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import transforms from '../../../transforms/index.ts'
import { readVectors, runVectors } from '../../golden/run-golden.ts'
import type { Vector } from '../../golden/vectors.ts'

// The tests run from dist/test/unit/transforms, the data stays in test/fixtures.
const FIXTURES = new URL('../../../../test/fixtures/transforms/', import.meta.url)

/** Vectors by what their id begins with (`Map.groupBy` is younger than Node 20). */
function byFamily(vectors: readonly Vector[]): Map<string, Vector[]> {
  const families = new Map<string, Vector[]>()
  for (const vector of vectors) {
    const family = vector.id.replace(/-\d+$/, '')
    families.set(family, [...(families.get(family) ?? []), vector])
  }
  return families
}

describe('answers of the genuine classes beyond the golden ones', () => {
  const vectors = readVectors([fileURLToPath(new URL('vectors.jsonl', FIXTURES))])
  const families = byFamily(vectors)

  it('are there', () => assert.equal(vectors.length, 2345))

  for (const [family, chosen] of families) {
    it(`${family}: all ${chosen.length}`, async () => {
      const { outcomes } = await runVectors(chosen)
      const fallen = outcomes.filter((outcome) => !outcome.passed)
      assert.deepEqual(
        fallen.map(({ vector, expected, got }) => ({ id: vector.id, expected, got })),
        [],
      )
    })
  }
})

const PACKAGE = 'org.apache.kafka.connect.transforms.'
const STOCK = transforms.plugins.filter(({ className }) => className.startsWith(PACKAGE))

describe('definitions', () => {
  it('have the classes, keys, types, defaults and importance of the genuine ones', () => {
    const [, ...genuine] = readFileSync(new URL('definitions.tsv', FIXTURES), 'utf8').trimEnd().split('\n')
    const ours = STOCK.flatMap((plugin) => {
      const name = plugin.className.replace(PACKAGE, '')
      const rows = [...plugin.config.keys.values()].map((key) => {
        const value = Array.isArray(key.defaultValue) ? `[${key.defaultValue.join(', ')}]` : String(key.defaultValue)
        return [name, key.name, key.type, key.required ? 'required' : `=${value}`, key.importance].join('\t')
      })
      return rows.length === 0 ? [`${name}\t\t\t\t`] : rows
    })
    assert.deepEqual(ours.sort(), genuine.sort())
  })

  it('are of 26 transformations and 3 predicates', () => {
    const kinds = STOCK.map((plugin) => plugin.kind)
    assert.equal(kinds.filter((kind) => kind === 'transformation').length, 26)
    assert.equal(kinds.filter((kind) => kind === 'predicate').length, 3)
  })
})
