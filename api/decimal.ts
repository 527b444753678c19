import { DECIMAL_BRAND } from './brands.ts'
import { isDecimal } from './guards.ts'

/** An exact decimal number, `unscaled * 10^-scale` (Java's `BigDecimal`). Immutable; the scale is part of the value. */
export class Decimal {
  readonly unscaled: bigint
  /** Digits after the point; negative for trailing zeros that are not written. An INT32. */
  readonly scale: number

  constructor(unscaled: bigint, scale: number) {
    this.unscaled = unscaled
    this.scale = scale
  }

  get [DECIMAL_BRAND](): true {
    return true
  }

  /** Same unscaled value and same scale, as `BigDecimal.equals`: 1.0 and 1.00 differ. */
  equals(other: unknown): boolean {
    return isDecimal(other) && other.unscaled === this.unscaled && other.scale === this.scale
  }

  /** `BigDecimal.toString()`: `12.30`, `0E-10`, `1E+3`. */
  toString(): string {
    const digits = (this.unscaled < 0n ? -this.unscaled : this.unscaled).toString()
    const sign = this.unscaled < 0n ? '-' : ''
    if (this.scale === 0) return sign + digits
    const exponent = digits.length - 1 - this.scale
    if (this.scale > 0 && exponent >= -6) {
      if (digits.length > this.scale) {
        const point = digits.length - this.scale
        return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`
      }
      return `${sign}0.${digits.padStart(this.scale, '0')}`
    }
    const mantissa = digits.length > 1 ? `${digits.slice(0, 1)}.${digits.slice(1)}` : digits
    if (exponent === 0) return sign + mantissa
    return `${sign}${mantissa}E${exponent > 0 ? '+' : ''}${exponent}`
  }
}

const DECIMAL_TEXT = /^([+-]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:[eE]([+-]?\d{1,10}))?$/

/** The number that `new BigDecimal(text)` would be, or null when the text is not a number or its scale is no INT32. */
export function parseDecimal(text: string): Decimal | null {
  const match = DECIMAL_TEXT.exec(text)
  if (match === null) return null
  const fraction = match[3] ?? match[4] ?? ''
  const unscaled = BigInt((match[2] ?? '') + fraction)
  const scale = fraction.length - Number(match[5] ?? 0)
  if (scale !== (scale | 0)) return null
  return new Decimal(match[1] === '-' ? -unscaled : unscaled, scale === 0 ? 0 : scale)
}
