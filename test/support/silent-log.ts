import type { Logger } from '../../api/index.ts'

/** A logger whose lines a test can look at. */
export function recordingLog(): Logger & { readonly lines: { level: string; message: string; error?: unknown }[] } {
  const lines: { level: string; message: string; error?: unknown }[] = []
  const at = (level: string) => (message: string, fields?: Readonly<Record<string, unknown>>) => {
    lines.push({ level, message, error: fields?.['error'] })
  }
  return { lines, trace: at('trace'), debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
