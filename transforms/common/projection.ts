import { type Field, type Schema, Struct } from '../../api/index.ts'
import { fieldValue } from './config.ts'

/** A schema made of fields of another one, and which field of that each is filled from. */
export interface Projection {
  readonly schema: Schema
  /** By index of the new schema's fields. */
  readonly sources: readonly Field[]
}

/** @throws `DATA_INVALID` when a field is null and may not be */
export function project(projection: Projection, struct: Struct, replaceNullWithDefault: boolean): Struct {
  const values: unknown[] = []
  for (const source of projection.sources) values.push(fieldValue(struct, source, replaceNullWithDefault))
  return Struct.ofValues(projection.schema, values)
}
