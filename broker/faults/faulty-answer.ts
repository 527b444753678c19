import type { Clock } from '../../runtime/platform/clock.ts'
import { codeOf } from '../../runtime/kafka/protocol/error-codes.ts'
import type { AnyHandler, Call } from '../apis/handler.ts'
import { BrokerState } from '../state/broker-state.ts'
import type { Effect } from './fault.ts'

/** The connection is to end, and nobody is to blame. */
export class ConnectionCut extends Error {}

type Handle = (state: BrokerState) => unknown

/** Carries a request out as a fault wants it. @throws ConnectionCut */
export async function faultyAnswer(
  effect: Effect,
  state: BrokerState,
  { handle }: AnyHandler,
  body: unknown,
  call: Call,
): Promise<unknown> {
  const carryOut: Handle = (on) => handle(on, body as never, call)
  switch (effect.kind) {
    case 'delay':
      await state.clock.sleep(effect.ms, call.closed)
      return await carryOut(state)
    case 'cut':
      if (effect.when === 'after') await carryOut(state)
      throw new ConnectionCut()
    case 'error': {
      const answer = await onNothing(state.clock, carryOut)
      // A client that wants no answer learns of an error by the end of its connection, as with Kafka.
      if (answer === null) throw new ConnectionCut()
      return withError(answer, codeOf(effect.error))
    }
  }
}

/** The answer of a broker that knows nothing: its shape is right, whatever the API, and nothing has happened. */
async function onNothing(clock: Clock, carryOut: Handle): Promise<unknown> {
  const nothing = new BrokerState({
    folder: null,
    memoryBytesMax: 0,
    defaultPartitions: 1,
    createTopics: false,
    onTorn: () => undefined,
    clock,
    initialRebalanceDelayMs: 0,
    sessionTimeoutMs: { min: 0, max: Number.MAX_SAFE_INTEGER },
  })
  try {
    return await carryOut(nothing)
  } finally {
    nothing.close()
  }
}

function withError(value: unknown, code: number): unknown {
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => withError(item, code))
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (/^(partitionE|e)rrorCode$/.test(key)) return [key, code]
      return [key, key === 'errorMessage' ? null : withError(item, code)]
    }),
  )
}
