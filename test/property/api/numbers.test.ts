import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { bigintFromBytes, bigintToBytes, Decimal, int64, parseDecimal } from '../../../api/index.ts'
import { decimalFromDouble, decimalToDouble, decimalToFloat } from '../../../compat/big-decimal.ts'
import { javaDoubleText, javaFloatText } from '../../../compat/java-number.ts'

const INT64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n }

describe('numbers', () => {
  it('int64 has one normal form', () => {
    fc.assert(
      fc.property(fc.bigInt(INT64), (value) => {
        const normal = int64(value)
        assert.equal(BigInt(normal), value)
        assert.equal(typeof normal, Number.isSafeInteger(Number(value)) ? 'number' : 'bigint')
        assert.equal(int64(normal), normal)
      }),
    )
  })

  it('two’s complement goes round and is as short as it can be', () => {
    fc.assert(
      fc.property(fc.bigInt(), (value) => {
        const bytes = bigintToBytes(value)
        assert.equal(bigintFromBytes(bytes), value)
        if (bytes.length > 1) assert.notEqual(bigintFromBytes(bytes.subarray(1)), value)
      }),
    )
  })

  it('decimals of 30 digits go round through their text', () => {
    const digits = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n })
    fc.assert(
      fc.property(digits, fc.integer({ min: -40, max: 40 }), (unscaled, scale) => {
        const decimal = new Decimal(unscaled, scale)
        assert.ok(parseDecimal(decimal.toString())?.equals(decimal))
      }),
    )
  })

  it('Java’s text of a double reads as the same double', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        assert.ok(Object.is(Number(javaDoubleText(value)), value))
      }),
      { numRuns: 2000 },
    )
  })

  it('Java’s text of a float reads as the same float, not by way of a double', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const decimal = parseDecimal(javaFloatText(value))
        assert.ok(decimal !== null && decimalToFloat(decimal) === value)
      }),
      { numRuns: 2000 },
    )
  })

  it('a decimal is rounded to the nearest float', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: -1e38, max: 1e38 }), (double) => {
        // A decimal has no negative zero.
        const value = double + 0
        const decimal = decimalFromDouble(value)
        assert.equal(decimalToDouble(decimal), value)
        assert.equal(decimalToFloat(decimal), Math.fround(value))
      }),
    )
  })
})
