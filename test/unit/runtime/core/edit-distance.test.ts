import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { editDistance, nearest } from '../../../../runtime/core/edit-distance.ts'

const cases: readonly (readonly [left: string, right: string, distance: number])[] = [
  ['group.id', 'group.id', 0],
  ['grup.id', 'group.id', 1],
  ['gruop.id', 'group.id', 1],
  ['group.idd', 'group.id', 1],
  ['a', 'abcdef', 3],
  ['', 'ab', 2],
]
for (const [left, right, distance] of cases) {
  test(`${left} is ${distance} from ${right}`, () => assert.equal(editDistance(left, right, 2), distance))
}

test('it is the same both ways and never more than one beyond the limit', () => {
  const text = fc.string({ maxLength: 8 })
  fc.assert(
    fc.property(text, text, (left, right) => {
      const distance = editDistance(left, right, 3)
      assert.equal(distance, editDistance(right, left, 3))
      assert.ok(distance <= 4)
      assert.equal(distance === 0, left === right)
    }),
  )
})

test('the nearest candidate, if any is near enough', () => {
  assert.equal(nearest('topic', ['topics', 'tonic', 'other']), 'topics')
  assert.equal(nearest('something', ['topics', 'tonic']), null)
})
