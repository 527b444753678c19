import { dataError, getEntry, isPlainObject, type Schema, SchemaBuilder, schemaError } from '../../api/index.ts'
import { type JsonNode, nodeToConnect } from './payload-reader.ts'

/**
 * A schema from its JSON form, null for `null`. The node is to come from the exact reader, for defaults.
 * @throws `DATA_INVALID`
 */
export function schemaFromNode(node: JsonNode, replaceNullWithDefault: boolean): Schema | null {
  if (node === null) return null
  const members = isPlainObject(node) ? node : {}
  const builder = builderOfType(members, replaceNullWithDefault)
  addAttributes(builder, members)
  const defaultNode = getEntry(members, 'default')
  if (defaultNode !== undefined) {
    const schema = builder.build()
    const value = nodeToConnect(schema, defaultNode, replaceNullWithDefault)
    // The original compares a finished schema with one in the making here, so that no struct default ever passes.
    if (schema.type === 'STRUCT' && value !== null) throw schemaError('Invalid default value')
    builder.defaultValue(value)
  }
  return builder.build()
}

function builderOfType(members: Readonly<Record<string, unknown>>, replaceNullWithDefault: boolean): SchemaBuilder {
  const type = getEntry(members, 'type')
  if (typeof type !== 'string') throw dataError("Schema must contain 'type' field")
  switch (type) {
    case 'boolean':
      return SchemaBuilder.bool()
    case 'int8':
      return SchemaBuilder.int8()
    case 'int16':
      return SchemaBuilder.int16()
    case 'int32':
      return SchemaBuilder.int32()
    case 'int64':
      return SchemaBuilder.int64()
    case 'float':
      return SchemaBuilder.float32()
    case 'double':
      return SchemaBuilder.float64()
    case 'string':
      return SchemaBuilder.string()
    case 'bytes':
      return SchemaBuilder.bytes()
    case 'array': {
      const items = getEntry(members, 'items') ?? null
      if (items === null) throw dataError('Array schema did not specify the element type')
      return SchemaBuilder.array(schemaFromNode(items, replaceNullWithDefault))
    }
    case 'map':
      return mapBuilder(members, replaceNullWithDefault)
    case 'struct':
      return structBuilder(members, replaceNullWithDefault)
    default:
      throw dataError(`Unknown schema type: ${type}`)
  }
}

function mapBuilder(members: Readonly<Record<string, unknown>>, replaceNullWithDefault: boolean): SchemaBuilder {
  const keys = getEntry(members, 'keys')
  if (keys === undefined) throw dataError('Map schema did not specify the key type')
  const values = getEntry(members, 'values')
  if (values === undefined) throw dataError('Map schema did not specify the value type')
  const keySchema = schemaFromNode(keys, replaceNullWithDefault)
  const valueSchema = schemaFromNode(values, replaceNullWithDefault)
  if (keySchema === null) throw schemaError('keySchema cannot be null.')
  if (valueSchema === null) throw schemaError('valueSchema cannot be null.')
  return SchemaBuilder.map(keySchema, valueSchema)
}

function structBuilder(members: Readonly<Record<string, unknown>>, replaceNullWithDefault: boolean): SchemaBuilder {
  const fields = getEntry(members, 'fields')
  if (!Array.isArray(fields)) throw dataError('Struct schema\'s "fields" argument is not an array.')
  const builder = SchemaBuilder.struct()
  for (const field of fields as readonly unknown[]) {
    const name = isPlainObject(field) ? getEntry(field, 'field') : undefined
    if (typeof name !== 'string') throw dataError("Struct schema's field name not specified properly")
    const schema = schemaFromNode(field, replaceNullWithDefault)
    if (schema !== null) builder.field(name, schema)
  }
  return builder
}

function addAttributes(builder: SchemaBuilder, members: Readonly<Record<string, unknown>>): void {
  if (getEntry(members, 'optional') === true) builder.optional()
  const name = getEntry(members, 'name')
  if (typeof name === 'string') builder.name(name)
  const version = getEntry(members, 'version')
  if (typeof version === 'bigint') builder.version(Number(BigInt.asIntN(32, version)))
  else if (typeof version === 'number') builder.version(version | 0)
  const doc = getEntry(members, 'doc')
  if (typeof doc === 'string') builder.doc(doc)
  const parameters = getEntry(members, 'parameters')
  if (!isPlainObject(parameters)) return
  for (const [parameter, value] of Object.entries(parameters)) {
    if (typeof value !== 'string') throw dataError('Schema parameters must have string values.')
    builder.parameter(parameter, value)
  }
}
