import { Decimal } from '../api/index.ts'

/** 10^64 is a multiple of 2^64: no power beyond shows in 64 bits. */
const WRAP_DIGITS = 64

/** The whole part, towards zero; null when it would have more digits than anyone wants to hold. */
export function wholePart(value: Decimal, digitsMax = 5000): bigint | null {
  if (value.scale <= 0) return -value.scale > digitsMax ? null : value.unscaled * 10n ** BigInt(-value.scale)
  const digits = value.unscaled.toString().length
  return value.scale > digits ? 0n : value.unscaled / 10n ** BigInt(value.scale)
}

/** `BigDecimal.longValue()`: the whole part, its low 64 bits. */
export function decimalToInt64Bits(value: Decimal): bigint {
  if (value.scale < -WRAP_DIGITS) return 0n
  return BigInt.asIntN(64, wholePart(value) ?? 0n)
}

/** `BigDecimal.doubleValue()`: the nearest double. */
export function decimalToDouble(value: Decimal): number {
  return Number(`${value.unscaled}e${-value.scale}`)
}

/** `BigDecimal.floatValue()`: the nearest float, not rounded by way of a double. */
export function decimalToFloat(value: Decimal): number {
  const double = decimalToDouble(value)
  const float = Math.fround(double)
  if (float === double || !Number.isFinite(float)) return float
  // A double half-way between two floats may stand for a decimal that is not: then the nearer float is another one.
  const other = neighbour(float, double > float)
  if (other - double !== double - float) return float
  const side = compareToDouble(value, double)
  if (side === 0) return float
  return side > 0 ? Math.max(float, other) : Math.min(float, other)
}

const FLOATS = new Float32Array(1)
const INTS = new Int32Array(FLOATS.buffer)

function neighbour(float: number, up: boolean): number {
  FLOATS[0] = float
  if (float === 0) return up ? 2 ** -149 : -(2 ** -149)
  INTS[0] = (INTS[0] ?? 0) + (up === float > 0 ? 1 : -1)
  return FLOATS[0] ?? 0
}

/** Sign of `value - double`, exactly. */
function compareToDouble(value: Decimal, double: number): number {
  const exact = decimalFromDouble(double)
  const scale = Math.max(value.scale, exact.scale)
  const left = value.unscaled * 10n ** BigInt(scale - value.scale)
  const right = exact.unscaled * 10n ** BigInt(scale - exact.scale)
  return left === right ? 0 : left > right ? 1 : -1
}

/** `new BigDecimal(double)`: every binary digit. */
export function decimalFromDouble(value: number): Decimal {
  let scaled = value
  let twos = 0
  while (!Number.isInteger(scaled)) {
    scaled *= 2
    twos++
  }
  return new Decimal(BigInt(scaled) * 5n ** BigInt(twos), twos)
}
