import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { parseJavaDouble, parseJavaFloat, parseJavaInteger } from '../../../compat/java-number-parse.ts'
import { javaDoubleText, javaFloatText } from '../../../compat/java-number.ts'

describe('number texts', () => {
  it('of integers read as what they are, or as null beyond the bits', () => {
    const bits = fc.constantFrom(8, 16, 32, 64)
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), bits, fc.nat(25), (value, width, zeros) => {
        const digits = '0'.repeat(zeros) + (value < 0n ? -value : value).toString()
        const text = (value < 0n ? '-' : '') + digits
        const expected = BigInt.asIntN(width, value) === value ? value : null
        const got = parseJavaInteger(text, width)
        assert.equal(got === null ? null : BigInt(got), expected)
        const arabic = text.replace(/\d/g, (digit) => String.fromCharCode(0x660 + Number(digit)))
        assert.equal(parseJavaInteger(arabic, width), got)
      }),
    )
  })

  it('of doubles and floats come back as Java writes them', () => {
    fc.assert(
      fc.property(fc.double(), (value) => assert.ok(Object.is(parseJavaDouble(` ${javaDoubleText(value)} `), value))),
    )
    fc.assert(
      fc.property(fc.float(), (value) => assert.ok(Object.is(parseJavaFloat(`\t${javaFloatText(value)}`), value))),
    )
  })

  it('of any other kind are null, however long', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const double = parseJavaDouble(text)
        assert.ok(double === null || /[\dNI]/.test(text))
        assert.equal(parseJavaFloat(text) === null, double === null)
      }),
    )
    const long = '9'.repeat(1_000_000)
    assert.equal(parseJavaInteger(long, 64), null)
    assert.equal(parseJavaDouble(long), Infinity)
    assert.equal(parseJavaFloat(`0.${long}`), 1)
    assert.equal(parseJavaDouble(`1e${long}`), Infinity)
    assert.equal(parseJavaDouble(`0x1p-${'9'.repeat(100)}`), 0)
  })
})
