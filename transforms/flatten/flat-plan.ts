import {
  checkValue,
  dataError,
  type Field,
  isStruct,
  type Schema,
  SchemaBuilder,
  type Struct,
} from '../../api/index.ts'
import { structLike, withBasics } from '../common/derived-schemas.ts'

/** A field of an input struct: a leaf of the flat one, or a struct to go down into. */
type Node =
  | { readonly source: Field; readonly leaf: Field }
  | { readonly source: Field; readonly nodes: readonly Node[] }

/** How structs of one schema are flattened. */
export interface FlatPlan {
  readonly schema: Schema
  readonly nodes: readonly Node[]
}

/** @throws `DATA_INVALID` for a MAP, which has no flat form under a schema */
export function flatPlan(schema: Schema, delimiter: string): FlatPlan {
  const builder = structLike(schema)
  let index = 0
  const walk = (parent: Schema, prefix: string, optional: boolean, defaults: Struct | null): Node[] =>
    parent.fields.map((source): Node => {
      const name = prefix === '' ? source.name : prefix + delimiter + source.name
      const { type, defaultValue } = source.schema
      if (type === 'MAP') {
        throw dataError(`Flatten transformation does not support MAP for record with schemas (for field ${name}).`)
      }
      const fallback = defaultValue ?? defaults?.get(source) ?? null
      const leafOptional = optional || source.schema.optional
      if (type === 'STRUCT') {
        return { source, nodes: walk(source.schema, name, leafOptional, isStruct(fallback) ? fallback : null) }
      }
      const leaf = { name, index: index++, schema: leafSchema(source.schema, leafOptional, fallback) }
      builder.field(name, leaf.schema)
      return { source, leaf }
    })
  const defaults = isStruct(schema.defaultValue) ? schema.defaultValue : null
  const nodes = walk(schema, '', schema.optional, defaults)
  return { schema: builder.build(), nodes }
}

/** The field's schema, optional where an ancestor is, with the default that its ancestors give it. */
function leafSchema(schema: Schema, optional: boolean, defaultValue: unknown): Schema {
  if (optional === schema.optional && defaultValue === schema.defaultValue) return schema
  const bare = schema.type === 'ARRAY' ? SchemaBuilder.array(schema.valueSchema) : SchemaBuilder.type(schema.type)
  const builder = withBasics(bare, schema)
  if (optional) builder.optional()
  if (defaultValue !== null) builder.defaultValue(defaultValue)
  return builder.build()
}

/** Leaves below a struct that is null stay null. */
export function fillLeaves(nodes: readonly Node[], struct: Struct, values: unknown[]): void {
  for (const node of nodes) {
    if ('leaf' in node) {
      const { schema, name, index } = node.leaf
      values[index] = struct.get(node.source) ?? checkValue(schema, null, name)
    } else {
      const inner = struct.getWithoutDefault(node.source)
      if (isStruct(inner)) fillLeaves(node.nodes, inner, values)
    }
  }
}
