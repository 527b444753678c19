import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withPrefix } from '../../../../runtime/core/with-prefix.ts'

test('the entries below a prefix, without it; the prefix alone is no key', () => {
  assert.deepEqual(withPrefix({ 'producer.acks': '1', acks: 'all', 'producer.': 'x' }, 'producer.'), { acks: '1' })
  assert.deepEqual(withPrefix({ 'a.b': null }, 'a.'), { b: null })
})
