import { errorCodes } from '../../runtime/kafka/protocol/error-codes.ts'
import { handlers } from '../apis/index.ts'
import type { Fault } from './fault.ts'

const fields: readonly string[] = [
  'api',
  'clientId',
  'topic',
  'group',
  'skip',
  'times',
  'effect',
] satisfies readonly (keyof Fault)[]

/** Callers without types get a fault wrong easily, and would wait for it in vain. @throws RangeError that says what is wrong */
export function checkFault(fault: Fault): void {
  const { api, skip = 0, times = 1, effect } = fault
  const apis = [...handlers.values()].map((handler) => handler.api.name)
  if (!apis.includes(api)) throw new RangeError(`the api of a fault is one of ${apis.join(', ')}, not ${api}`)
  const { kind, ms, when, error } = (effect ?? {}) as Readonly<Record<string, unknown>>
  const good =
    (kind === 'delay' && typeof ms === 'number' && ms > 0) ||
    (kind === 'cut' && (when === 'before' || when === 'after')) ||
    (kind === 'error' && errorCodes.some(({ name, code }) => name === error && code !== 0))
  if (!good)
    throw new RangeError(
      `the effect of a fault is {kind: "delay", ms}, {kind: "cut", when: "before" or "after"} or {kind: "error", error: a name such as "NOT_COORDINATOR"}, not ${JSON.stringify(effect)}`,
    )
  const unknown = Object.keys(fault).find((name) => !fields.includes(name))
  if (unknown !== undefined) throw new RangeError(`a fault has ${fields.join(', ')}, and no ${unknown}`)
  if (!Number.isInteger(skip) || skip < 0) throw new RangeError(`the skip of a fault is a whole number, not ${skip}`)
  if (!(times === Infinity || (Number.isInteger(times) && times > 0)))
    throw new RangeError(`the times of a fault is a whole number from 1 on, or Infinity, not ${times}`)
}
