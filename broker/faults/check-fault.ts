import { errorCodes } from '../../runtime/kafka/protocol/error-codes.ts'
import { handlers } from '../apis/index.ts'
import type { Fault } from './fault.ts'

/** Callers without types get a fault wrong easily, and would wait for it in vain. @throws RangeError that says what is wrong */
export function checkFault({ api, effect }: Fault): void {
  const apis = [...handlers.values()].map((handler) => handler.api.name)
  if (!apis.includes(api)) throw new RangeError(`the api of a fault is one of ${apis.join(', ')}, not ${api}`)
  const { kind, ms, when, error } = (effect ?? {}) as Readonly<Record<string, unknown>>
  const good =
    (kind === 'delay' && typeof ms === 'number' && ms > 0) ||
    (kind === 'cut' && (when === 'before' || when === 'after')) ||
    (kind === 'error' && errorCodes.some(({ name, code }) => name === error && code !== 0))
  if (good) return
  throw new RangeError(
    `the effect of a fault is {kind: "delay", ms}, {kind: "cut", when: "before" or "after"} or {kind: "error", error: a name such as "NOT_COORDINATOR"}, not ${JSON.stringify(effect)}`,
  )
}
