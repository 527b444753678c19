import {
  type ConfigOf,
  type ConnectRecord,
  checkValue,
  dataError,
  defineConfig,
  type Field,
  invalidValue,
  type Schema,
  Struct,
  type Transformation,
  validList,
} from '../../api/index.ts'
import { REPLACE_NULL_WITH_DEFAULT } from '../common/config.ts'
import { DerivedSchemas, structLike } from '../common/derived-schemas.ts'
import { requireMap, requireStruct } from '../common/requirements.ts'
import { getMapEntry, setMapEntry } from '../common/schemaless-map.ts'
import { keyAndValue, type Target } from '../common/target.ts'

const PURPOSE = 'field replacement'

const config = defineConfig({
  exclude: {
    type: 'LIST',
    default: [],
    validator: validList(),
    importance: 'MEDIUM',
    doc: 'Fields to drop; goes before include.',
  },
  include: {
    type: 'LIST',
    default: [],
    validator: validList(),
    importance: 'MEDIUM',
    doc: 'Fields to keep; all when empty.',
  },
  renames: {
    type: 'LIST',
    default: [],
    validator: {
      description: 'list of colon-delimited pairs, e.g. foo:bar,abc:xyz',
      ensureValid: (_name, value) => void parseRenames(value),
    },
    importance: 'MEDIUM',
    doc: 'Fields to rename, as old:new.',
  },
  ...REPLACE_NULL_WITH_DEFAULT,
})

/** A new schema and the field of the old one that each of its fields is filled from. */
interface Replacement {
  readonly schema: Schema
  readonly sources: readonly Field[]
}

class ReplaceField implements Transformation {
  readonly #target: Target
  readonly #exclude: ReadonlySet<string>
  readonly #include: ReadonlySet<string>
  readonly #renames: ReadonlyMap<string, string>
  readonly #reverseRenames: ReadonlyMap<string, string>
  readonly #replaceNullWithDefault: boolean
  readonly #replacements = new DerivedSchemas((schema) => this.#replacement(schema))

  constructor(props: ConfigOf<typeof config>, target: Target) {
    this.#target = target
    this.#exclude = new Set(props.exclude)
    this.#include = new Set(props.include)
    this.#renames = parseRenames(props.renames)
    this.#reverseRenames = new Map([...this.#renames].map(([from, to]) => [to, from]))
    this.#replaceNullWithDefault = props['replace.null.with.default']
  }

  apply<R extends ConnectRecord>(record: R): R {
    const value = this.#target.valueOf(record)
    if (value === null) return record
    const schema = this.#target.schemaOf(record)
    return schema === null ? this.#applySchemaless(record, value) : this.#applyWithSchema(record, value)
  }

  #applySchemaless<R extends ConnectRecord>(record: R, value: unknown): R {
    const map = requireMap(value, PURPOSE)
    const updated = map instanceof Map ? new Map<unknown, unknown>() : {}
    for (const key of map instanceof Map ? map.keys() : Object.keys(map)) {
      const name = String(key)
      if (this.#keeps(name)) setMapEntry(updated, this.#renames.get(name) ?? name, getMapEntry(map, name))
    }
    return this.#target.changed(record, null, updated)
  }

  #applyWithSchema<R extends ConnectRecord>(record: R, value: unknown): R {
    const struct = requireStruct(value, PURPOSE)
    const { schema, sources } = this.#replacements.get(struct.schema)
    const values: unknown[] = []
    for (const field of schema.fields) {
      const source = sources[field.index] as Field
      const found = this.#replaceNullWithDefault ? struct.get(source) : struct.getWithoutDefault(source)
      // Only a rename onto another field's name makes the two differ in type.
      values.push(
        found === null || source.schema !== field.schema ? checkValue(field.schema, found, field.name) : found,
      )
    }
    return this.#target.changed(record, schema, Struct.ofValues(schema, values))
  }

  #replacement(schema: Schema): Replacement {
    const builder = structLike(schema)
    for (const field of schema.fields) {
      if (this.#keeps(field.name)) builder.field(this.#renames.get(field.name) ?? field.name, field.schema)
    }
    const replaced = builder.build()
    const sources = replaced.fields.map((field) => {
      const source = this.#reverseRenames.get(field.name) ?? field.name
      const found = schema.field(source)
      if (found === undefined) throw dataError(`${source} is not a valid field name`)
      return found
    })
    return { schema: replaced, sources }
  }

  #keeps(name: string): boolean {
    return !this.#exclude.has(name) && (this.#include.size === 0 || this.#include.has(name))
  }
}

function parseRenames(value: unknown): Map<string, string> {
  const mappings = Array.isArray(value) ? value.map(String) : []
  const renames = new Map<string, string>()
  for (const mapping of mappings) {
    // Java's split drops empty parts at the end, but not at the start.
    const parts = mapping.replace(/:+$/, '').split(':')
    const [from, to] = parts
    if (parts.length !== 2 || from === undefined || to === undefined) {
      throw invalidValue('renames', mappings, `Invalid rename mapping: ${mapping}`)
    }
    renames.set(from, to)
  }
  return renames
}

export const replaceField = keyAndValue({
  name: 'ReplaceField',
  config,
  create: (props, target) => new ReplaceField(config.parse(props), target),
})
