import type { Json } from './json.ts'

/** Attributes that Avro itself gives no meaning to, in order: `connect.name`, `logicalType`, `scale`. */
export type AvroProps = Map<string, Json>

interface AvroBase {
  readonly props: AvroProps
}

export type AvroPrimitiveKind = 'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'string' | 'bytes'

export interface AvroPrimitive extends AvroBase {
  readonly kind: AvroPrimitiveKind
}

export interface AvroField {
  readonly name: string
  readonly type: AvroSchema
  readonly doc: string | null
  /** Undefined for none: null is a default too. */
  readonly defaultValue: Json
}

export interface AvroRecord extends AvroBase {
  readonly kind: 'record'
  /** With its namespace. */
  readonly name: string
  readonly doc: string | null
  /** Filled after the record was made: a record may hold itself. */
  readonly fields: AvroField[]
}

export interface AvroEnum extends AvroBase {
  readonly kind: 'enum'
  readonly name: string
  readonly doc: string | null
  readonly symbols: readonly string[]
  readonly defaultSymbol: string | null
}

export interface AvroFixed extends AvroBase {
  readonly kind: 'fixed'
  readonly name: string
  readonly size: number
}

export interface AvroArray extends AvroBase {
  readonly kind: 'array'
  readonly items: AvroSchema
}

export interface AvroMap extends AvroBase {
  readonly kind: 'map'
  readonly values: AvroSchema
}

export interface AvroUnion extends AvroBase {
  readonly kind: 'union'
  readonly branches: readonly AvroSchema[]
}

/** An Avro schema with everything that stood in its JSON; the very same object stands wherever a named type is used. */
export type AvroSchema = AvroPrimitive | AvroRecord | AvroEnum | AvroFixed | AvroArray | AvroMap | AvroUnion

export type AvroNamed = AvroRecord | AvroEnum | AvroFixed

export function isNamed(schema: AvroSchema): schema is AvroNamed {
  return schema.kind === 'record' || schema.kind === 'enum' || schema.kind === 'fixed'
}

export function primitive(kind: AvroPrimitiveKind): AvroPrimitive {
  return { kind, props: new Map() }
}

export function union(...branches: readonly AvroSchema[]): AvroUnion {
  return { kind: 'union', branches, props: new Map() }
}

/** The attribute's text; null when it is not there or no text. */
export function textProp(schema: AvroSchema, name: string): string | null {
  const value = schema.props.get(name)
  return typeof value === 'string' ? value : null
}
