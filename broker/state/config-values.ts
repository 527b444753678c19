import type { ConfigType } from './topic-configs.ts'

const intMax = 2n ** 31n - 1n
const longMax = 2n ** 63n - 1n

/** The items of a list, each once. */
export function listOf(value: string): string[] {
  const trimmed = value.trim()
  return trimmed === '' ? [] : [...new Set(trimmed.split(/\s*,\s*/))]
}

/** The text of a value without what its type passes over; null when it is not of that type. */
export function parsed(type: ConfigType, value: string): string | null {
  const text = value.trim()
  switch (type) {
    case 'BOOLEAN':
      return ['true', 'false'].includes(text.toLowerCase()) ? text.toLowerCase() : null
    case 'STRING':
      return text
    case 'INT':
      return whole(text, intMax)
    case 'LONG':
      return whole(text, longMax)
    case 'DOUBLE':
      return text === '' || Number.isNaN(Number(text)) ? null : text
    case 'LIST':
      return listOf(text).join(',')
  }
}

function whole(text: string, max: bigint): string | null {
  if (!/^[+-]?\d+$/.test(text)) return null
  const value = BigInt(text.replace(/^\+/, ''))
  return value > max || value < -max - 1n ? null : String(value)
}

/** As Java prints a double: never without a fraction. */
export function javaDouble(text: string): string {
  const value = Number(text)
  return Number.isInteger(value) ? value.toFixed(1) : String(value)
}
