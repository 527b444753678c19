import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { float64, int64, isConnectError, setEntry, valuesEqual } from '../../../api/index.ts'
import { parseJson, parseJsonText, SCHEMALESS_NUMBERS } from '../../../compat/json-read.ts'
import { SCAN_EXACT, scanJson } from '../../../compat/json-scan.ts'
import { schemalessToJson } from '../../../compat/json-write.ts'

const scalar = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.boolean(),
  fc.constant(null),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(int64),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => float64(value === 0 ? 0 : value)),
)

const key = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('__proto__', 'constructor', 'toString'))

/** Schemaless values as a task may return them. */
const { value: schemaless } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    scalar,
    fc.array(tie('value'), { maxLength: 5 }),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 5 }).map((entries) => {
      const map: Record<string, unknown> = {}
      for (const [name, value] of entries) setEntry(map, name, value)
      return map
    }),
  ),
}))

describe('JSON without schema', () => {
  it('goes round with every number type', () => {
    fc.assert(
      fc.property(schemaless, (value) => {
        const text = schemalessToJson(value)
        assert.ok(valuesEqual(parseJson(text), value), text)
        assert.equal(schemalessToJson(parseJson(text)), text)
      }),
      { numRuns: 1000 },
    )
  })

  it('agrees with the native parser where that changes no number', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        fc.pre((scanJson(Buffer.from(text)) & SCAN_EXACT) === 0)
        assert.deepEqual(parseJson(text), JSON.parse(text))
        // The exact reader, on the same text.
        assert.ok(valuesEqual(parseJsonText(text, SCHEMALESS_NUMBERS), parseJson(text)))
      }),
      { numRuns: 500 },
    )
  })

  it('any bytes are either read or refused, and no prototype changes', () => {
    const before = Reflect.ownKeys(Object.prototype).length
    const jsonish = fc.array(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        '"',
        ':',
        ',',
        '\\',
        'u00',
        '1',
        '0',
        '-',
        '.',
        'e5',
        'true',
        'null',
        '"__proto__":',
        '"constructor":',
        ' ',
        'é',
      ),
    )
    const bytes = fc.oneof(
      fc.uint8Array(),
      jsonish.map((parts) => Buffer.from(parts.join(''))),
    )
    fc.assert(
      fc.property(bytes, (source) => {
        try {
          parseJson(source)
        } catch (error) {
          assert.ok(isConnectError(error) && error.code === 'DATA_INVALID')
        }
        assert.equal(Reflect.ownKeys(Object.prototype).length, before)
      }),
      { numRuns: 3000 },
    )
  })
})
