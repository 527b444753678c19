/** Extra facts of a log line. Never put secrets or record contents here. */
export type LogFields = Readonly<Record<string, unknown>>

/** Where a plugin logs. Lines carry the connector, the task and the plugin's class of themselves. */
export interface Logger {
  trace(message: string, fields?: LogFields): void
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}
