import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Batch } from '../../../../../runtime/kafka/producer/batch.ts'
import { splitBatch } from '../../../../../runtime/kafka/producer/split.ts'

interface Sizes {
  readonly key?: number
  readonly value?: number
  readonly header?: number
}

/** A batch of records of these sizes; the tokens are their places. */
function batchOf(sizes: readonly Sizes[]): Batch<number> {
  const batch = new Batch<number>(1, 0, null)
  for (const [at, { key, value, header }] of sizes.entries()) {
    batch.builder.append(
      at,
      key === undefined ? null : Buffer.alloc(key),
      value === undefined ? null : Buffer.alloc(value),
      header === undefined ? null : [{ key: 'h', value: Buffer.alloc(header) }],
    )
    batch.tokens.push(at)
  }
  return batch
}

describe('a batch that is too large', () => {
  const cases: [string, Sizes[], number[][]][] = [
    [
      'values',
      [{ value: 100 }, { value: 100 }, { value: 100 }, { value: 100 }],
      [
        [0, 1],
        [2, 3],
      ],
    ],
    [
      'many small values',
      Array.from({ length: 8 }, () => ({ value: 10 })),
      [
        [0, 1, 2, 3],
        [4, 5, 6, 7],
      ],
    ],
    ['headers', [{ value: 5 }, { header: 60_000 }], [[0], [1]]],
    ['headers before the small one', [{ header: 60_000 }, { value: 5 }], [[0], [1]]],
    ['keys', [{ key: 500 }, { key: 500 }], [[0], [1]]],
    ['records of nothing', [{}, {}], [[0], [1]]],
    ['a large one among small ones', [{}, {}, { header: 9000 }, {}], [[0, 1], [2], [3]]],
  ]
  for (const [name, sizes, parts] of cases) {
    test(`is cut by the size of whole records: ${name}`, () => {
      const batch = batchOf(sizes)
      const split = splitBatch(batch)
      assert.deepEqual(
        split.map((part) => part.tokens),
        parts,
      )
      assert(split.every((part) => part.bytes < batch.bytes))
      assert.deepEqual(
        split.map((part) => part.firstRecord),
        parts.map(([first]) => first),
      )
    })
  }
})
