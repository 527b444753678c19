/** Decimal digits of a binary floating-point number: `0.d1d2d3… * 10^exponent`. */
export interface JavaDigits {
  readonly digits: string
  readonly exponent: number
}

/** What tells a double from a float here. */
interface Format {
  /** Bits of the significand, the hidden one included. */
  readonly precision: number
  /** Exponent of the least subnormal: the value is `significand * 2^exponent`. */
  readonly exponentMin: number
}

export const DOUBLE_FORMAT: Format = { precision: 53, exponentMin: -1074 }
export const FLOAT_FORMAT: Format = { precision: 24, exponentMin: -149 }

/**
 * The digits that Java prints for a positive finite number, up to and including JDK 18. They are not always the
 * shortest ones that read back as the same number (2E23 comes out as 1.9999999999999998E23), since the half-way bounds
 * count as outside and since the narrower gap below a power of two is applied to both sides. Data written by a JVM
 * holds these texts, so they are kept. Slow (bigint); `java-number.ts` has the short cuts.
 */
export function javaDigits(value: number, format: Format): JavaDigits {
  const { significand, exponent, bits } = decompose(value, format)
  // The binary exponent of the leading bit, and how many bits lie below the point.
  const leading = exponent + bits - 1
  const trailingZeros = countTrailingZeros(significand)
  const usedBits = bits - trailingZeros
  const fractionBits = Math.max(0, usedBits - leading - 1)
  if (fractionBits === 0 && leading >= -21 && leading <= 62) {
    return wholeDigits(significand << BigInt(Math.max(0, exponent)), exponent, leading, bits)
  }
  return generate(significand, exponent, leading, bits, usedBits)
}

interface Decomposed {
  readonly significand: bigint
  readonly exponent: number
  /** Length of the significand, less than the precision for subnormal numbers. */
  readonly bits: number
}

const VIEW = new DataView(new ArrayBuffer(8))

function decompose(value: number, format: Format): Decomposed {
  VIEW.setFloat64(0, value)
  const raw = VIEW.getBigUint64(0)
  const biased = Number(raw >> 52n) & 0x7ff
  const fraction = raw & 0xfffffffffffffn
  let significand = biased === 0 ? fraction : fraction | 0x10000000000000n
  let exponent = Math.max(biased, 1) - 1075
  // A float is held as a double: bring it to the precision it has as a float.
  const length = significand.toString(2).length
  const wanted = Math.max(exponent + length - format.precision, format.exponentMin)
  const shift = wanted - exponent
  significand = shift >= 0 ? significand >> BigInt(shift) : significand << BigInt(-shift)
  exponent = wanted
  return { significand, exponent, bits: significand.toString(2).length }
}

/** Whole numbers below 2^63: all digits, but those below the precision are rounded away as one block. */
function wholeDigits(shifted: bigint, exponent: number, leading: number, bits: number): JavaDigits {
  let whole = exponent < 0 ? shifted >> BigInt(-exponent) : shifted
  let dropped = 0
  const excess = leading > bits ? leading - bits - 1 : 0
  if (excess > 1) {
    dropped = Math.floor(excess * Math.LOG10E * Math.LN2)
    const power = 10n ** BigInt(dropped)
    const rest = whole % power
    whole /= power
    if (rest >= power >> 1n && dropped > 0) whole += 1n
  }
  const text = whole.toString()
  return { digits: text.replace(/0+$/, '') || '0', exponent: text.length + dropped }
}

/** Digit by digit until what is left is less than half a unit in the last place of the number. */
function generate(significand: bigint, exponent: number, leading: number, bits: number, usedBits: number): JavaDigits {
  let decimalExponent = estimateDecimalExponent(significand, leading, bits)
  const powerOfTwo = usedBits === 1
  // value = rest / unit * 10^decimalExponent; margin is half an ulp on the same scale as rest.
  const fives = Math.max(0, -decimalExponent)
  const unitFives = Math.max(0, decimalExponent)
  const odd = significand >> BigInt(bits - usedBits)
  let restTwos = fives + exponent + (bits - usedBits)
  let unitTwos = unitFives
  let marginTwos = fives + leading - bits - (powerOfTwo ? 1 : 0)
  const common = Math.min(restTwos, unitTwos, marginTwos)
  restTwos -= common
  unitTwos -= common
  marginTwos -= common
  const width = wordWidth(usedBits + restTwos + bitsOfPowerOf5(fives), unitTwos + 1 + bitsOfPowerOf5(unitFives + 1))
  let rest = odd * 5n ** BigInt(fives) * 2n ** BigInt(restTwos)
  const unit = 5n ** BigInt(unitFives) * 2n ** BigInt(unitTwos)
  let margin = 5n ** BigInt(fives) * 2n ** BigInt(marginTwos)
  const ten = unit * 10n

  let digits = ''
  let low = false
  let high = false
  for (let first = true; first || (!low && !high); first = false) {
    const digit = rest / unit
    rest = (rest % unit) * 10n
    margin *= 10n
    low = rest < margin
    high = width === null ? rest + margin >= ten : BigInt.asIntN(width, rest + margin) > ten
    if (width !== null && BigInt.asIntN(width, margin) <= 0n) low = high = true
    if (first && digit === 0n && !high) decimalExponent -= 1
    else digits += digit.toString()
    // In scientific form there are always two digits at least.
    if (first && (decimalExponent < -3 || decimalExponent >= 8)) low = high = false
  }
  const twice = width === null ? rest * 2n - ten : BigInt.asIntN(width, rest * 2n - ten)
  const up = high && (!low || twice > 0n || (twice === 0n && isOdd(digits)))
  return up ? increment(digits, decimalExponent + 1) : { digits, exponent: decimalExponent + 1 }
}

function isOdd(digits: string): boolean {
  return (digits.charCodeAt(digits.length - 1) & 1) === 1
}

function increment(digits: string, exponent: number): JavaDigits {
  const kept = digits.replace(/9+$/, '')
  if (kept === '') return { digits: `1${'0'.repeat(digits.length - 1)}`, exponent: exponent + 1 }
  const last = Number(kept.slice(-1)) + 1
  return { digits: kept.slice(0, -1) + last + '0'.repeat(digits.length - kept.length), exponent }
}

/** Java's own estimate of floor(log10(value)); one too high is corrected by the first digit being 0. */
function estimateDecimalExponent(significand: bigint, leading: number, bits: number): number {
  const normalized = Number(significand) / 2 ** (bits - 1)
  return Math.floor((normalized - 1.5) * 0.289529654 + 0.176091259 + leading * 0.301029995663981)
}

/**
 * The word in which Java does this: 32 or 64 bits, null for big integers. With words the upper bound counts as outside
 * and sums overflow; both show in the last digit of some numbers.
 */
function wordWidth(restBits: number, tenBits: number): 32 | 64 | null {
  if (restBits >= 64 || tenBits >= 64) return null
  return restBits < 32 && tenBits < 32 ? 32 : 64
}

function bitsOfPowerOf5(power: number): number {
  if (power === 0) return 0
  return power < 27 ? (5n ** BigInt(power)).toString(2).length : power * 3
}

function countTrailingZeros(value: bigint): number {
  const text = value.toString(2)
  return text.length - 1 - text.lastIndexOf('1')
}
