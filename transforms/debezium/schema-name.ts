/** How a schema name that is made of a topic is made fit for Avro (`schema.name.adjustment.mode`). */
export const NAME_ADJUSTMENTS = ['none', 'avro', 'avro_unicode'] as const

/** The name without what Avro does not allow: as `_`, or as `_u` and the hexadecimal code, the underscore included. */
export function adjustSchemaName(name: string, mode: string): string {
  switch (mode.toLowerCase()) {
    case 'avro':
      return name
        .replace(/^\d/, '_$&')
        .replace(/[^A-Za-z0-9_.]/g, '_')
        .replace(/^\./, '_')
    case 'avro_unicode':
      return name.replace(/^[0-9.]|[^A-Za-z0-9.]/g, unicodeEscape)
    default:
      return name
  }
}

/** By UTF-16 code unit. */
function unicodeEscape(char: string): string {
  const hex = char.charCodeAt(0).toString(16)
  return `_u${hex.length <= 2 ? `00${hex}` : hex}`
}
