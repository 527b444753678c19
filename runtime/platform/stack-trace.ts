import type { ErrorData } from '../../api/index.ts'

/** A trace in Java's layout: class and message first, causes after `Caused by:`. */
export function stackTrace(error: ErrorData): string {
  const frames = (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map((line) => `\tat ${line.trim().slice(3)}`)
  const head = `${error.javaClass}: ${error.message}`
  const own = [head, ...frames].join('\n')
  return error.cause === null ? own : `${own}\nCaused by: ${stackTrace(error.cause)}`
}
