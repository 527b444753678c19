// Attributes and parameters by which Confluent's converter carries over what the other side has no place for.
export const NAMESPACE = 'io.confluent.connect.avro'
export const DEFAULT_RECORD = 'ConnectDefault'
export const MAP_ENTRY = 'MapEntry'
export const ANYTHING = `${NAMESPACE}.Anything`
export const UNION = `${NAMESPACE}.Union`
export const ENUM = `${NAMESPACE}.Enum`
export const GENERALIZED_UNION = 'org.apache.kafka.connect.data.Union'
export const GENERALIZED_ENUM = 'org.apache.kafka.connect.data.Enum'
export const GENERALIZED_UNION_PREFIX = 'connect_union_'
export const GENERALIZED_FIELD_PREFIX = 'connect_union_field_'

export const CONNECT_NAME = 'connect.name'
export const CONNECT_DOC = 'connect.doc'
export const CONNECT_VERSION = 'connect.version'
export const CONNECT_DEFAULT = 'connect.default'
export const CONNECT_PARAMETERS = 'connect.parameters'
export const CONNECT_TYPE = 'connect.type'
export const CONNECT_INTERNAL_TYPE = 'connect.internal.type'
export const CONNECT_RECORD_DOC = 'connect.record.doc'
export const CONNECT_ENUM_DOC = 'connect.enum.doc'

export const RECORD_DOC = `${NAMESPACE}.record.doc`
export const ENUM_DOC_PREFIX = `${NAMESPACE}.enum.doc.`
export const ENUM_DEFAULT_PREFIX = `${NAMESPACE}.enum.default.`
export const FIELD_DOC_PREFIX = `${NAMESPACE}.field.doc.`
/** Says that a default came from an Avro field, not from `connect.default`. */
export const FIELD_DEFAULT_FLAG = `${NAMESPACE}.field.default`

export const FIXED_SIZE = 'connect.fixed.size'
export const DECIMAL_PRECISION = 'connect.decimal.precision'
export const DECIMAL_PRECISION_DEFAULT = 64

/** Attributes and parameters that begin so are carried over as they are. */
export const AVRO_PREFIX = 'avro'

export interface SplitName {
  readonly namespace: string | null
  readonly name: string
}

/** A name with dots, taken apart at the last one. */
export function splitName(fullName: string, scrub: boolean): SplitName {
  // As Java's String.split: empty parts at the end are dropped.
  const parts = fullName.replace(/\.+$/, '').split('.')
  const clean = scrub ? parts.map(scrubName) : parts
  const name = clean.at(-1) ?? fullName
  return { namespace: clean.length <= 1 ? null : clean.slice(0, -1).join('.'), name }
}

export function joinName({ namespace, name }: SplitName): string {
  return namespace === null || namespace === '' ? name : `${namespace}.${name}`
}

/** `scrub.invalid.names`: URL-encoded, a letter before a digit in front, then `_` for what Avro does not allow. */
export function scrubName(name: string): string {
  if (name === '' || /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name
  const encoded = urlEncode(name)
  return (/^[0-9]/.test(encoded) ? `x${encoded}` : encoded).replace(/[^A-Za-z0-9_]/g, '_')
}

/** `java.net.URLEncoder`, of which only the length of each escape matters here. */
function urlEncode(name: string): string {
  let text = ''
  for (const char of name) {
    if (/[A-Za-z0-9.\-*_]/.test(char)) text += char
    else if (char === ' ') text += '+'
    else for (const byte of Buffer.from(char)) text += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return text
}
