import { HEADERS_BRAND } from './brands.ts'
import { checkValue } from './check-value.ts'
import { dataError } from './errors.ts'
import { isConnectError } from './guards.ts'
import type { Schema } from './schema.ts'

/** One header of a record: Connect data with its schema, null for none. */
export interface Header {
  readonly key: string
  readonly value: unknown
  readonly schema: Schema | null
}

/**
 * The headers of a record: ordered, duplicates and nulls kept (Connect's `ConnectHeaders`, but immutable: each change
 * returns a new list, so that records can share one).
 */
export class Headers implements Iterable<Header> {
  static readonly EMPTY: Headers = new Headers([])

  readonly #list: readonly Header[]

  private constructor(list: readonly Header[]) {
    this.#list = list
  }

  /** Headers of that order; the list is taken over, unchecked. */
  static ofList(list: readonly Header[]): Headers {
    return list.length === 0 ? Headers.EMPTY : new Headers(list)
  }

  get [HEADERS_BRAND](): true {
    return true
  }

  get size(): number {
    return this.#list.length
  }

  [Symbol.iterator](): IterableIterator<Header> {
    return this.#list[Symbol.iterator]()
  }

  /** The headers in order, not to be changed. */
  toArray(): readonly Header[] {
    return this.#list
  }

  has(key: string): boolean {
    return this.#list.some((header) => header.key === key)
  }

  /** The last header of that name, or null. */
  lastWithName(key: string): Header | null {
    return this.#list.findLast((header) => header.key === key) ?? null
  }

  allWithName(key: string): readonly Header[] {
    return this.#list.filter((header) => header.key === key)
  }

  /**
   * These headers and one more at the end.
   * @throws `DATA_INVALID` when the value does not fit the schema
   */
  with(key: string, value: unknown, schema: Schema | null = null): Headers {
    return new Headers([...this.#list, { key, value: checkHeader(value, schema), schema }])
  }

  /** These headers without those of that name. */
  without(key: string): Headers {
    return this.has(key) ? Headers.ofList(this.#list.filter((header) => header.key !== key)) : this
  }
}

function checkHeader(value: unknown, schema: Schema | null): unknown {
  if (schema === null) return value ?? null
  if ((value ?? null) === null && !schema.optional) {
    throw dataError(`A null value requires an optional schema but was ${schema.toString()}`)
  }
  if ((schema.type === 'ARRAY' && Array.isArray(value)) || (schema.type === 'MAP' && value instanceof Map)) return value
  try {
    return checkValue(schema, value)
  } catch (cause) {
    if (!isConnectError(cause)) throw cause
    throw dataError(`The value is not compatible with the schema ${schema.toString()}`, { cause })
  }
}
