import {
  configError,
  dataError,
  type Field,
  isStruct,
  JAVA_ERRORS,
  type Schema,
  SchemaBuilder,
  type Struct,
} from '../../api/index.ts'
import { withBasics } from '../common/derived-schemas.ts'

/** A field of the envelope that is copied into the row or into a header (`add.fields`, `add.headers`). */
export interface FieldReference {
  /** The struct of the envelope that should hold it, null for the envelope itself. */
  readonly struct: string | null
  readonly field: string
  readonly newName: string
}

/** A reference with its place in one envelope schema. */
export interface ResolvedReference {
  readonly name: string
  /** That of the field, without default, and optional. */
  readonly schema: Schema
  valueIn(envelope: Struct): unknown
}

/**
 * `field`, `struct.field` or either with `:newname`.
 * @throws `CONFIG_INVALID`
 */
export function parseReference(prefix: string, text: string): FieldReference {
  const parts = text.replace(/:+$/, '').split(':')
  const [path = '', renamed] = parts
  const steps = path.replace(/\.+$/, '')
  const nothingNamed = steps === '' && (path !== '' || (text !== '' && renamed === undefined))
  if (parts.length > 2 || nothingNamed) throw configError(`Unexpected field name: ${text}`)
  const [first = '', second] = steps.split('.')
  const [struct, field] = second === undefined ? [structOf(first), first] : [first, second]
  return { struct, field, newName: prefix + (renamed ?? (second === undefined ? field : `${first}_${second}`)) }
}

/** Where a field without a struct is looked for. */
function structOf(field: string): string | null {
  switch (field) {
    case 'id':
    case 'data_collection_order':
    case 'total_order':
      return 'transaction'
    case 'op':
    case 'ts_ms':
    case 'ts_us':
    case 'ts_ns':
      return null
    case 'updateDescription':
      return field
    default:
      return 'source'
  }
}

/** Those that the envelope has. */
export function resolveReferences(references: readonly FieldReference[], envelope: Schema): ResolvedReference[] {
  return references.map((each) => resolveReference(each, envelope)).filter((each) => each !== null)
}

/** Null where the envelope has no such field, neither in the struct nor beside it. */
function resolveReference(reference: FieldReference, envelope: Schema): ResolvedReference | null {
  const parent = reference.struct === null ? null : parentField(reference.struct, envelope)
  const inParent = (parent?.schema ?? envelope).field(reference.field)
  const field = inParent ?? envelope.field(reference.field)
  if (field === undefined) return null
  return {
    name: reference.newName,
    schema: withBasics(builderOf(field.schema), field.schema).optional().build(),
    valueIn: (struct) => valueIn(struct, parent, field, inParent !== undefined),
  }
}

function parentField(name: string, envelope: Schema): Field {
  const field = envelope.field(name)
  if (field === undefined) throw dataError(`Unknown field: ${name}`, { javaClass: JAVA_ERRORS.nullPointer })
  if (field.schema.type !== 'STRUCT') throw dataError('Cannot look up fields on non-struct type')
  return field
}

function builderOf(schema: Schema): SchemaBuilder {
  return schema.type === 'ARRAY' ? SchemaBuilder.array(schema.valueSchema) : SchemaBuilder.type(schema.type)
}

/** Null also where the struct that should hold the field is null, though the field may stand beside it. */
function valueIn(envelope: Struct, parent: Field | null, field: Field, inParent: boolean): unknown {
  if (parent === null) return envelope.getWithoutDefault(field)
  const struct = envelope.getWithoutDefault(parent)
  if (!isStruct(struct)) return null
  return (inParent ? struct : envelope).getWithoutDefault(field)
}
