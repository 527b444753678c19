import { DOUBLE_FORMAT, FLOAT_FORMAT, type JavaDigits, javaDigits } from './java-digits.ts'

/** `Double.toString` as of JDK 17: `1.0`, `1.0E7`, `1.234E-5`, `NaN`, `-0.0`. */
export function javaDoubleText(value: number): string {
  if (value !== 0 && Number.isFinite(value)) {
    const magnitude = Math.abs(value)
    // Below 2^53 and off powers of two, JavaScript's shortest digits are Java's; see java-digits.ts for the rest.
    if (magnitude < 9007199254740992 && magnitude >= 1e-300 && !isPowerOfTwo(magnitude)) return fromShortest(value)
    return (value < 0 ? '-' : '') + layOut(javaDigits(magnitude, DOUBLE_FORMAT))
  }
  return special(value)
}

/** `Float.toString` as of JDK 17, of a number that is a float (`Math.fround(value) === value`). */
export function javaFloatText(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return special(value)
  return (value < 0 ? '-' : '') + layOut(javaDigits(Math.abs(value), FLOAT_FORMAT))
}

function special(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  return Number.isNaN(value) ? 'NaN' : value < 0 ? '-Infinity' : 'Infinity'
}

/** JavaScript and Java agree on the digits here, and on the layout from 1e-3 up to 1e7. */
function fromShortest(value: number): string {
  const magnitude = Math.abs(value)
  if (magnitude >= 1e-3 && magnitude < 1e7) {
    const text = String(value)
    return Number.isInteger(value) ? `${text}.0` : text
  }
  const [mantissa, exponent] = value.toExponential().split('e')
  const fraction = mantissa?.includes('.') === true ? mantissa : `${mantissa}.0`
  return `${fraction}E${Number(exponent)}`
}

const WORDS = new Uint32Array(2)
const DOUBLES = new Float64Array(WORDS.buffer)
const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

function isPowerOfTwo(magnitude: number): boolean {
  DOUBLES[0] = magnitude
  const low = WORDS[LITTLE_ENDIAN ? 0 : 1] ?? 0
  const high = WORDS[LITTLE_ENDIAN ? 1 : 0] ?? 0
  return low === 0 && (high & 0xfffff) === 0
}

function layOut({ digits, exponent }: JavaDigits): string {
  if (exponent > 0 && exponent < 8) {
    if (digits.length <= exponent) return `${digits.padEnd(exponent, '0')}.0`
    return `${digits.slice(0, exponent)}.${digits.slice(exponent)}`
  }
  if (exponent <= 0 && exponent > -3) return `0.${'0'.repeat(-exponent)}${digits}`
  return `${digits.slice(0, 1)}.${digits.slice(1) || '0'}E${exponent - 1}`
}
