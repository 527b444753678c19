/** A JSON log line as one for human eyes, in the layout that Kafka's own logs have. */
export function textLine(line: string): string {
  const record = JSON.parse(line) as Record<string, unknown>
  const { level, time, logger, context, msg, error, ...rest } = record
  const stamp = String(time).replace('T', ' ').replace('.', ',').replace('Z', '')
  const where = typeof context === 'string' ? `[${context}] ` : ''
  const extra = Object.keys(rest).length === 0 ? '' : ` ${JSON.stringify(rest)}`
  return `[${stamp}] ${String(level)} ${where}${String(msg)}${extra} (${String(logger)})${errorText(error)}\n`
}

function errorText(error: unknown): string {
  if (typeof error !== 'object' || error === null) return error === undefined ? '' : `: ${JSON.stringify(error)}`
  const { stack, message, remedy } = error as Record<string, unknown>
  const text = typeof stack === 'string' ? stack : String(message)
  return `\n${text}${typeof remedy === 'string' ? `\nRemedy: ${remedy}` : ''}`
}
