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

/** The first remedy on the way down to the last cause. */
export function remedyOf({ remedy, cause }: ErrorData): string | null {
  return remedy ?? (cause === null ? null : remedyOf(cause))
}

/** For an operator who sees nothing else: the trace, and what can be done. */
export function traceWithRemedy(error: ErrorData): string {
  const remedy = remedyOf(error)
  return remedy === null ? stackTrace(error) : `${stackTrace(error)}\nRemedy: ${remedy}`
}
