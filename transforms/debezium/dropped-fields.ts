import { type ConnectRecord, dataError, javaClassName, type Schema } from '../../api/index.ts'
import { LruMap } from '../../compat/lru-map.ts'
import { DerivedSchemas, structLike } from '../common/derived-schemas.ts'
import { type Projection, project } from '../common/projection.ts'
import { requireMap, requireStruct, requireStructSchema } from '../common/requirements.ts'
import { mapWithout } from '../common/schemaless-map.ts'

const PURPOSE = 'field replacement'

/** The names that a header lists, null when there are none. Of headers of the same name the first counts. */
export function namesInHeader(record: ConnectRecord, header: string): ReadonlySet<unknown> | null {
  const value = record.headers.toArray().find(({ key }) => key === header)?.value ?? null
  if (value === null) return null
  if (!Array.isArray(value)) {
    throw dataError(`The header ${header} must hold a list of field names, found: ${javaClassName(value)}`, {
      javaClass: 'java.lang.ClassCastException',
    })
  }
  return value.length === 0 ? null : new Set<unknown>(value)
}

/** As many lists of names as are known at a time: they may differ from record to record. */
const LISTS_MAX = 64

/** What is made for one list of names. */
export class PerNames<T> {
  readonly #make: (names: ReadonlySet<unknown>) => T
  readonly #made = new LruMap<string, T>(LISTS_MAX)

  constructor(make: (names: ReadonlySet<unknown>) => T) {
    this.#make = make
  }

  get(names: ReadonlySet<unknown>): T {
    const text = [...names].map(String).join('\n')
    let made = this.#made.get(text)
    if (made === undefined) {
      made = this.#make(names)
      this.#made.set(text, made)
    }
    return made
  }
}

/** Leaves fields out of keys. A key without schema says of none that it is optional. */
export class KeyFieldDropper {
  readonly #onlyOptional: boolean
  readonly #projections = new PerNames(
    (names) => new DerivedSchemas((schema) => keyWithout(schema, names, this.#onlyOptional)),
  )

  constructor(onlyOptional: boolean) {
    this.#onlyOptional = onlyOptional
  }

  apply<R extends ConnectRecord>(record: R, names: ReadonlySet<unknown>): R {
    const { key, keySchema } = record
    if (key === null) return record
    if (keySchema === null) {
      return this.#onlyOptional ? record : record.with({ key: mapWithout(requireMap(key, PURPOSE), names) })
    }
    const projection = this.#projections.get(names).get(keySchema)
    if (projection === null) return record
    return record.with({
      keySchema: projection.schema,
      key: project(projection, requireStruct(key, PURPOSE), true),
    })
  }
}

/** Null when nothing is to be dropped. */
function keyWithout(schema: Schema, names: ReadonlySet<unknown>, onlyOptional: boolean): Projection | null {
  requireStructSchema(schema)
  const sources = schema.fields.filter((field) => !isDropped(names, onlyOptional, field.name, field.schema))
  if (sources.length === schema.fields.length) return null
  const builder = structLike(schema)
  for (const field of sources) builder.field(field.name, field.schema)
  return { schema: builder.build(), sources }
}

export function isDropped(names: ReadonlySet<unknown>, onlyOptional: boolean, name: string, schema: Schema): boolean {
  return names.has(name) && (schema.optional || !onlyOptional)
}
