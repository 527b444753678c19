import { createRequire } from 'node:module'

/** Where avsc reads and writes; only what the bounded array needs. */
export interface AvscTap {
  readonly buf: Buffer
  pos: number
  readLong(): number
  skipLong(): void
}

/** A type of avsc, as far as it is used here. */
export interface AvscType {
  readonly typeName: string
  /** The position after the value, or how many bytes were missing, as a negative number. @throws when it does not fit */
  encode(value: unknown, buffer: Buffer, position: number): number
  /** `offset` is -1 when the bytes end early. @throws when they are not a value */
  decode(buffer: Buffer, position: number): { readonly value: unknown; readonly offset: number }
  /** Of record types. */
  readonly recordConstructor: new (
    ...values: readonly unknown[]
  ) => object
  /** Of branches of a union. */
  readonly itemsType: AvscType
  _read(tap: AvscTap): unknown
}

type AvscSchema = string | readonly AvscSchema[] | { readonly [name: string]: unknown }
export type AvscTypeHook = (schema: AvscSchema, options: AvscOptions) => AvscType | undefined

export interface AvscOptions {
  readonly registry?: Record<string, AvscType>
  readonly typeHook?: AvscTypeHook
}

export interface Avsc {
  readonly Type: { forSchema(schema: AvscSchema, options?: AvscOptions): AvscType }
  readonly types: {
    readonly ArrayType: new (schema: AvscSchema, options: AvscOptions) => AvscType
    readonly LongType: { __with(methods: object, noUnpack: boolean): AvscType }
  }
}

const require = createRequire(import.meta.url)
let loaded: Avsc | null = null

/** avsc, loaded when the first record needs it: a worker without Avro shall not pay for it. */
export function avsc(): Avsc {
  loaded ??= require('avsc') as Avsc
  return loaded
}
