import type { Awaitable } from '../../api/index.ts'

/** Whether an answer is still to come: only then is the way of a record worth a promise. */
export function isPromise<T>(value: Awaitable<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
