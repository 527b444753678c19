import { CONFIG_DEF_BRAND } from './brands.ts'
import {
  type ClassLookup,
  type ConfigFieldValue,
  type ConfigType,
  type ConfigTypeValues,
  parseConfigValue,
} from './config-types.ts'
import { configError } from './errors.ts'
import { isConnectError } from './guards.ts'
import type { ConfigValidator } from './validators.ts'

/** Raw configuration: what a file, a REST body or a task config holds. */
export type Props = Readonly<Record<string, string | null>>
/** Raw configuration whose values may already be of the type wanted. */
export type RawConfig = Readonly<Record<string, unknown>>

export type ConfigImportance = 'HIGH' | 'MEDIUM' | 'LOW'
export type ConfigWidth = 'NONE' | 'SHORT' | 'MEDIUM' | 'LONG'

/** Suggests values and hides keys in forms; never enforced. Sees all values parsed so far, null where one did not. */
export interface ConfigRecommender {
  validValues(name: string, parsed: ReadonlyMap<string, ConfigFieldValue>): readonly unknown[]
  visible(name: string, parsed: ReadonlyMap<string, ConfigFieldValue>): boolean
}

/** How a key is declared. Without `default` it is required; `default: null` makes its parsed type nullable. */
export interface ConfigKeySpec<T extends ConfigType = ConfigType> {
  readonly type: T
  readonly default?: ConfigTypeValues[T] | null
  readonly validator?: ConfigValidator
  readonly importance: ConfigImportance
  readonly doc: string
  readonly group?: string
  /** Default: counted within the group in order of definition. */
  readonly orderInGroup?: number
  readonly width?: ConfigWidth
  /** Default: the name. */
  readonly displayName?: string
  /** Keys whose meaning hangs on this one; they are checked after it. */
  readonly dependents?: readonly string[]
  readonly recommender?: ConfigRecommender
  /** Not shown by REST and docs. */
  readonly internal?: boolean
}

type AnyKeySpec = { [T in ConfigType]: ConfigKeySpec<T> }[ConfigType]
export type ConfigKeySpecs = Readonly<Record<string, AnyKeySpec>>

/** A declared key with all its defaults filled in: what REST and docs show. */
export interface ConfigKey {
  readonly name: string
  readonly type: ConfigType
  readonly required: boolean
  readonly defaultValue: ConfigFieldValue
  readonly validator: ConfigValidator | null
  readonly importance: ConfigImportance
  readonly doc: string
  readonly group: string | null
  readonly orderInGroup: number
  readonly width: ConfigWidth
  readonly displayName: string
  readonly dependents: readonly string[]
  readonly recommender: ConfigRecommender | null
  readonly internal: boolean
}

/** One key after validation. `value` is null when there is none or it did not parse. */
export interface ConfigValue {
  readonly name: string
  readonly value: ConfigFieldValue
  readonly recommendedValues: readonly unknown[]
  readonly errors: readonly string[]
  readonly visible: boolean
}

type ValueOf<S extends AnyKeySpec> = S extends { readonly default: null }
  ? ConfigTypeValues[S['type']] | null
  : ConfigTypeValues[S['type']]

/** The parsed shape of key specs. */
export type ConfigOfSpecs<K extends ConfigKeySpecs> = { readonly [N in keyof K]: ValueOf<K[N]> }
/** The parsed shape of a definition: `ConfigOf<typeof def>`. */
export type ConfigOf<D> = D extends ConfigDef<infer K> ? ConfigOfSpecs<K> : never

export interface ParseOptions extends ClassLookup {
  /** Told of values that were mended on the way. */
  readonly warn?: (message: string) => void
}

/** Declares the keys of a plugin; its parsed type is inferred. @throws `CONFIG_INVALID` for a default that is invalid */
export function defineConfig<const K extends ConfigKeySpecs>(specs: K): ConfigDef<K> {
  return new ConfigDef(specs)
}

/** A set of keys in order of definition (Connect's `ConfigDef`): one source for parsing, validation, docs and forms. */
export class ConfigDef<K extends ConfigKeySpecs = ConfigKeySpecs> {
  readonly keys: ReadonlyMap<string, ConfigKey>
  readonly #specs: K

  constructor(specs: K) {
    this.#specs = specs
    this.keys = toKeys(specs)
  }

  get [CONFIG_DEF_BRAND](): true {
    return true
  }

  /** This definition and more keys after its own. @throws `CONFIG_INVALID` when a key is there already */
  extend<const L extends ConfigKeySpecs>(specs: L): ConfigDef<K & L> {
    for (const name of Object.keys(specs)) {
      if (this.keys.has(name)) throw configError(`Configuration ${name} is defined twice.`)
    }
    return new ConfigDef<K & L>({ ...this.#specs, ...specs })
  }

  /** Groups in order of first use. */
  groups(): readonly string[] {
    return [...new Set([...this.keys.values()].flatMap((key) => (key.group === null ? [] : [key.group])))]
  }

  /**
   * Run-time parsing: typed values of the declared keys; unknown keys are ignored. A key that is present with null
   * passes only if it is declared nullable: the parsed type promises a value otherwise.
   * @throws `CONFIG_INVALID` at the first problem
   */
  parse(props: RawConfig, options: ParseOptions = {}): ConfigOfSpecs<K> {
    const missing = this.#undefinedDependents()
    if (missing.length > 0) {
      const list = missing.join(',')
      throw configError(`Some configurations in are referred in the dependents, but not defined: ${list}`)
    }
    const values: [string, ConfigFieldValue][] = []
    for (const key of this.keys.values()) values.push([key.name, parseKey(key, props, options)])
    return Object.fromEntries(values) as ConfigOfSpecs<K>
  }

  /** Checks all keys and collects every problem, as `PUT …/config/validate` shows them; never throws for bad values. */
  validate(props: RawConfig, options: ParseOptions = {}): ConfigValue[] {
    const run = new Validation(this.keys, props, options)
    return run.validate(this.#undefinedDependents())
  }

  #undefinedDependents(): string[] {
    const all = [...this.keys.values()].flatMap((key) => key.dependents)
    return [...new Set(all.filter((name) => !this.keys.has(name)))]
  }
}

function toKeys(specs: ConfigKeySpecs): Map<string, ConfigKey> {
  const keys = new Map<string, ConfigKey>()
  const orders = new Map<string, number>()
  for (const [name, spec] of Object.entries<AnyKeySpec>(specs)) {
    const group = spec.group ?? null
    const order = group === null ? -1 : (orders.get(group) ?? 0) + 1
    if (group !== null) orders.set(group, spec.orderInGroup ?? order)
    const required = spec.default === undefined
    if (!required) spec.validator?.ensureValid(name, spec.default)
    keys.set(name, {
      name,
      type: spec.type,
      required,
      defaultValue: spec.default ?? null,
      validator: spec.validator ?? null,
      importance: spec.importance,
      doc: spec.doc,
      group,
      orderInGroup: spec.orderInGroup ?? order,
      width: spec.width ?? 'NONE',
      displayName: spec.displayName ?? name,
      dependents: spec.dependents ?? [],
      recommender: spec.recommender ?? null,
      internal: spec.internal ?? false,
    })
  }
  return keys
}

function parseKey(key: ConfigKey, props: RawConfig, options: ParseOptions): ConfigFieldValue {
  const value = Object.hasOwn(props, key.name)
    ? parseConfigValue(key.name, props[key.name], key.type, options)
    : absent(key)
  const parsed = key.validator?.removesDuplicates === true ? withoutDuplicates(key, value, options) : value
  key.validator?.ensureValid(key.name, parsed)
  if (parsed === null && (key.required || key.defaultValue !== null)) {
    throw configError(`Invalid value null for configuration ${key.name}: entry must be non null`)
  }
  return parsed
}

function absent(key: ConfigKey): ConfigFieldValue {
  if (key.required) throw missing(key.name)
  return key.defaultValue
}

function missing(name: string): Error {
  return configError(`Missing required configuration "${name}" which has no default value.`)
}

function withoutDuplicates(key: ConfigKey, value: ConfigFieldValue, options: ParseOptions): ConfigFieldValue {
  if (key.type !== 'LIST' || value === null) return value
  const list = value as readonly string[]
  const distinct = [...new Set(list)]
  if (distinct.length === list.length) return list
  const [before, after] = [list, distinct].map((each) => `[${each.join(', ')}]`)
  options.warn?.(
    `Configuration key "${key.name}" contains duplicate values. Duplicates will be removed. ` +
      `The original value is: ${before}, the updated value is: ${after}`,
  )
  return distinct
}

interface Entry {
  name: string
  value: ConfigFieldValue
  recommendedValues: readonly unknown[]
  errors: string[]
  visible: boolean
}

/** One run of `validate`: keys that nobody depends on first, then their dependents, recursively. */
class Validation {
  readonly #keys: ReadonlyMap<string, ConfigKey>
  readonly #props: RawConfig
  readonly #options: ParseOptions
  readonly #entries = new Map<string, Entry>()
  readonly #parsed = new Map<string, ConfigFieldValue>()

  constructor(keys: ReadonlyMap<string, ConfigKey>, props: RawConfig, options: ParseOptions) {
    this.#keys = keys
    this.#props = props
    this.#options = options
    for (const name of keys.keys()) this.#entries.set(name, newEntry(name))
  }

  validate(undefinedNames: readonly string[]): ConfigValue[] {
    for (const name of undefinedNames) {
      const errors = [`${name} is referred in the dependents, but not defined.`]
      this.#entries.set(name, { ...newEntry(name), errors, visible: false })
    }
    const dependents = new Set([...this.#keys.values()].flatMap((key) => key.dependents))
    const roots = [...this.#keys.values()].filter((key) => !dependents.has(key.name))
    for (const key of roots) this.#walk(key, new Set(), (each, entry) => this.#parse(each, entry))
    for (const key of roots) this.#walk(key, new Set(), (each, entry) => this.#recommend(each, entry))
    return [...this.#entries.values()]
  }

  /** Visits a key and, below it, its dependents; a cycle of dependents ends where it closes. */
  #walk(key: ConfigKey, path: Set<string>, visit: (key: ConfigKey, entry: Entry) => void): void {
    const entry = this.#entries.get(key.name)
    if (entry === undefined || path.has(key.name)) return
    visit(key, entry)
    path.add(key.name)
    for (const name of key.dependents) {
      const dependent = this.#keys.get(name)
      if (dependent !== undefined) this.#walk(dependent, path, visit)
    }
    path.delete(key.name)
  }

  #parse(key: ConfigKey, entry: Entry): void {
    let value: ConfigFieldValue = null
    collect(entry, () => {
      const present = Object.hasOwn(this.#props, key.name)
      value = present ? parseConfigValue(key.name, this.#props[key.name], key.type, this.#options) : absent(key)
    })
    collect(entry, () => key.validator?.ensureValid(key.name, value))
    entry.value = value
    this.#parsed.set(key.name, value)
  }

  #recommend(key: ConfigKey, entry: Entry): void {
    const recommender = key.recommender
    if (recommender === null) return
    collect(entry, () => {
      const before = new Set(entry.recommendedValues)
      const values = recommender.validValues(key.name, this.#parsed)
      entry.recommendedValues = before.size === 0 ? values : values.filter((value) => before.has(value))
      entry.visible = recommender.visible(key.name, this.#parsed)
    })
  }
}

function newEntry(name: string): Entry {
  return { name, value: null, recommendedValues: [], errors: [], visible: true }
}

function collect(entry: Entry, step: () => void): void {
  try {
    step()
  } catch (error) {
    if (!isConnectError(error)) throw error
    entry.errors.push(error.message)
  }
}
