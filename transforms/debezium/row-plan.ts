import { checkValue, type Field, OPTIONAL_STRING_SCHEMA, type Schema, Struct } from '../../api/index.ts'
import { fieldValue } from '../common/config.ts'
import { structLike } from '../common/derived-schemas.ts'
import { requireStructSchema } from '../common/requirements.ts'
import type { ResolvedReference } from './field-reference.ts'

const DELETED_FIELD = '__deleted'

type Source =
  | { readonly kind: 'row'; readonly field: Field; readonly replaceNullWithDefault: boolean }
  | { readonly kind: 'deleted'; readonly text: string }
  | { readonly kind: 'envelope'; readonly reference: ResolvedReference }

interface Part {
  readonly name: string
  readonly schema: Schema
  readonly source: Source
}

/** How a row becomes a value: the new schema, and what fills each of its fields. */
export interface RowPlan {
  readonly schema: Schema
  readonly parts: readonly Part[]
}

export interface RowPlanOptions {
  /** Whether the row was deleted. */
  readonly deleted: boolean
  /** Whether `__deleted` is added. */
  readonly marked: boolean
  readonly replaceNullWithDefault: boolean
  readonly added: readonly ResolvedReference[]
  /** Whether a field is to be left out; null when there is nothing to leave out. */
  readonly drops: ((name: string, schema: Schema) => boolean) | null
}

/** Fields of a deleted row are dropped before those of the envelope are added, those of others after that. */
export function planRow(row: Schema, options: RowPlanOptions): RowPlan {
  requireStructSchema(row)
  const own = options.marked ? [...rowParts(row, options), marker(options.deleted)] : rowParts(row, options)
  const added = options.added.map(
    (reference): Part => ({
      name: reference.name,
      schema: reference.schema,
      source: { kind: 'envelope', reference },
    }),
  )
  const { drops } = options
  const parts =
    drops === null
      ? [...own, ...added]
      : options.deleted
        ? [...without(own, drops), ...added]
        : without([...own, ...added], drops)
  const builder = structLike(row)
  for (const part of parts) builder.field(part.name, part.schema)
  return { schema: builder.build(), parts }
}

function rowParts(row: Schema, { marked, replaceNullWithDefault }: RowPlanOptions): Part[] {
  return row.fields.map((field) => ({
    name: field.name,
    schema: field.schema,
    source: { kind: 'row', field, replaceNullWithDefault: marked && replaceNullWithDefault },
  }))
}

function marker(deleted: boolean): Part {
  return { name: DELETED_FIELD, schema: OPTIONAL_STRING_SCHEMA, source: { kind: 'deleted', text: String(deleted) } }
}

/** Where anything is dropped, the rest gets its defaults, as ReplaceField has it. */
function without(parts: readonly Part[], drops: (name: string, schema: Schema) => boolean): readonly Part[] {
  const kept = parts.filter((part) => !drops(part.name, part.schema))
  if (kept.length === parts.length) return parts
  return kept.map((part) =>
    part.source.kind === 'row' ? { ...part, source: { ...part.source, replaceNullWithDefault: true } } : part,
  )
}

export function buildRow(plan: RowPlan, row: Struct, envelope: Struct): Struct {
  const values: unknown[] = []
  for (const part of plan.parts) values.push(partValue(part, row, envelope))
  return Struct.ofValues(plan.schema, values)
}

function partValue({ name, schema, source }: Part, row: Struct, envelope: Struct): unknown {
  switch (source.kind) {
    case 'row':
      return fieldValue(row, source.field, source.replaceNullWithDefault)
    case 'deleted':
      return source.text
    case 'envelope':
      return checkValue(schema, source.reference.valueIn(envelope), name)
  }
}
