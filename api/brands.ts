/**
 * Brands: how the runtime tells our shapes from others. A plugin may bring its own copy of this API, so identity of
 * classes says nothing; a symbol from the global registry does. Never use `instanceof` on anything of this folder.
 */
export const SCHEMA_BRAND: unique symbol = Symbol.for('sluice.Schema')
export const STRUCT_BRAND: unique symbol = Symbol.for('sluice.Struct')
export const DECIMAL_BRAND: unique symbol = Symbol.for('sluice.Decimal')
export const FLOAT64_BRAND: unique symbol = Symbol.for('sluice.Float64')
export const FLOAT32_BRAND: unique symbol = Symbol.for('sluice.Float32')
export const HEADERS_BRAND: unique symbol = Symbol.for('sluice.Headers')
export const RECORD_BRAND: unique symbol = Symbol.for('sluice.Record')
export const ERROR_BRAND: unique symbol = Symbol.for('sluice.ConnectError')
export const PASSWORD_BRAND: unique symbol = Symbol.for('sluice.Password')
export const CONFIG_DEF_BRAND: unique symbol = Symbol.for('sluice.ConfigDef')

/** Whether `value` is an object that carries `brand`. */
export function hasBrand(value: unknown, brand: symbol): boolean {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true
}
