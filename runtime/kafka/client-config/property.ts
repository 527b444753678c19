import type { ConfigType } from '../../../api/config-types.ts'
import type { ConfigValidator } from '../../../api/validators.ts'

/** The Java clients whose properties users know. */
export type ClientKind = 'producer' | 'consumer' | 'admin'

/** Properties as they stand in a file or a connector's configuration, without prefixes. */
export type ClientProps = Readonly<Record<string, string | null | undefined>>

/** A default that Java has none for: the property must be set, or is supplied by Connect. */
export const REQUIRED = Symbol('required')
export const ALL: readonly ClientKind[] = ['producer', 'consumer', 'admin']

type Default = string | null | typeof REQUIRED

/** One property of the Java clients, and what becomes of it here. */
export interface ClientProperty {
  readonly name: string
  readonly clients: readonly ClientKind[]
  readonly type: ConfigType
  /** As text, as the Java clients have it; by client where they differ. */
  readonly default: Default | { readonly [K in ClientKind]?: Default }
  readonly validator?: ConfigValidator
  /**
   * `honoured`: does what it does in Java, within the limits that the note names. `ignored`: accepted, since it has
   * nothing to act on here. `refused`: set to anything but its default, it is an error, and the note is the remedy.
   */
  readonly treatment: 'honoured' | 'ignored' | 'refused'
  readonly note: string
}

/** The default of a property for one client. */
export function defaultOf({ default: value }: ClientProperty, kind: ClientKind): Default {
  return typeof value === 'object' && value !== null ? (value[kind] ?? null) : value
}
