import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { javaDoubleText, javaFloatText } from '../../../compat/java-number.ts'

// All texts as a JVM 17 printed them. The odd ones are those that JDK 19 changed.
describe('Double.toString', () => {
  const cases: [number, string][] = [
    [0, '0.0'],
    [-0, '-0.0'],
    [1, '1.0'],
    [-1.5, '-1.5'],
    [0.001, '0.001'],
    [0.0009, '9.0E-4'],
    [9999999, '9999999.0'],
    [1e7, '1.0E7'],
    [12345678, '1.2345678E7'],
    [1e21, '1.0E21'],
    [0.1, '0.1'],
    [1.1e-5, '1.1E-5'],
    [8.41e21, '8.409999999999999E21'],
    [2e23, '1.9999999999999998E23'],
    [1e23, '9.999999999999999E22'],
    [2 ** -44, '5.6843418860808015E-14'],
    [2e-322, '2.0E-322'],
    [5e-324, '4.9E-324'],
    [2.2250738585072014e-308, '2.2250738585072014E-308'],
    [1.7976931348623157e308, '1.7976931348623157E308'],
    [2 ** 53, '9.007199254740992E15'],
    [1.2345678901234568e18, '1.23456789012345677E18'],
    [Number.NaN, 'NaN'],
    [Number.NEGATIVE_INFINITY, '-Infinity'],
  ]
  for (const [value, text] of cases) it(text, () => assert.equal(javaDoubleText(value), text))
})

describe('Float.toString', () => {
  const cases: [number, string][] = [
    [Math.fround(0.1), '0.1'],
    [Math.fround(1.1e-5), '1.1E-5'],
    [Math.fround(3.4028235e38), '3.4028235E38'],
    [2 ** -149, '1.4E-45'],
    [Math.fround(8589934592), '8.5899346E9'],
    [16777216, '1.6777216E7'],
    [2 ** 83, '9.6714065E24'],
    [1, '1.0'],
    [-0, '-0.0'],
    [Number.NaN, 'NaN'],
  ]
  for (const [value, text] of cases) it(text, () => assert.equal(javaFloatText(value), text))
})
