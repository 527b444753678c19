import { byTopic } from '../../runtime/kafka/by-topic.ts'
import { codeOf, type ErrorName } from '../../runtime/kafka/protocol/error-codes.ts'
import { fetch } from '../../runtime/kafka/protocol/fetch.ts'
import type { PartitionLog } from '../log/partition-log.ts'
import type { BrokerState } from '../state/broker-state.ts'
import { type Call, handler } from './handler.ts'
import { isUnknownEpoch } from './leader-epoch.ts'

interface Wanted {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly bytesMax: number
  readonly leaderEpoch: number
}

interface Found extends Wanted {
  readonly error: ErrorName | null
  readonly log: PartitionLog | null
  readonly chunks: readonly Buffer[]
  readonly aborted: readonly { readonly producerId: number; readonly firstOffset: number }[]
}

/**
 * Reads batches, and waits for some when there are none yet. Fetch sessions are declined: every request names all its
 * partitions. Versions from 13 on name topics by id and are not answered.
 */
export const fetchHandler = handler(
  fetch,
  async (state, body, call) => {
    const { topics, minBytes, maxBytes, maxWaitMs, isolationLevel } = body
    const all = topics.flatMap(({ topic, partitions }) =>
      partitions.map(
        ({ partition, fetchOffset: offset, partitionMaxBytes: bytesMax, currentLeaderEpoch: leaderEpoch }) => {
          return { topic, partition, offset, bytesMax, leaderEpoch }
        },
      ),
    )
    if (body.sessionEpoch > 0) return noSession
    // One that is named twice is read once.
    const wanted = [...new Map(all.map((each) => [`${each.topic}/${each.partition}`, each])).values()]
    const read = (): Found[] => readAll(state, wanted, maxBytes, isolationLevel === 1)
    let found = read()
    if (sizeOf(found) < minBytes && maxWaitMs > 0 && found.every(({ error }) => error === null)) {
      await arrival(state, found, maxWaitMs, () => sizeOf((found = read())) >= minBytes, call)
    }
    return answer(found, isolationLevel === 1)
  },
  [fetch.minVersion, 12],
)

function readAll(state: BrokerState, wanted: readonly Wanted[], bytesMax: number, committedOnly: boolean): Found[] {
  let left = bytesMax
  let readBytes = 0
  return wanted.map((each) => {
    const log = state.topics.get(each.topic)?.partitions[each.partition] ?? null
    const nothing = { ...each, log, chunks: [], aborted: [] }
    const error = faultOf(each, log)
    if (error !== null || log === null) return { ...nothing, error }
    const limit = Math.min(each.bytesMax, left)
    const { chunks, aborted } = log.read(each.offset, limit, committedOnly)
    const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
    // The first partition that has something gets one batch, however small the limit; no other does.
    if (readBytes > 0 && bytes > limit) return { ...nothing, error: null }
    left -= bytes
    readBytes += bytes
    return { ...each, error: null, log, chunks, aborted }
  })
}

function faultOf({ offset, bytesMax, leaderEpoch }: Wanted, log: PartitionLog | null): ErrorName | null {
  if (log === null) return 'UNKNOWN_TOPIC_OR_PARTITION'
  if (isUnknownEpoch(leaderEpoch)) return 'UNKNOWN_LEADER_EPOCH'
  if (offset < log.startOffset || offset > log.endOffset) return 'OFFSET_OUT_OF_RANGE'
  return bytesMax < 0 ? 'UNKNOWN_SERVER_ERROR' : null
}

/** Sessions are never begun, so none can be gone on with. */
const noSession = { throttleTimeMs: 0, errorCode: codeOf('FETCH_SESSION_ID_NOT_FOUND'), sessionId: 0, responses: [] }

function sizeOf(found: readonly Found[]): number {
  return found.reduce((sum, { chunks }) => sum + chunks.reduce((bytes, chunk) => bytes + chunk.length, 0), 0)
}

/** Resolves when there is enough, when the time is over, or when the client has gone. */
async function arrival(
  state: BrokerState,
  found: readonly Found[],
  maxWaitMs: number,
  enough: () => boolean,
  { closed }: Call,
): Promise<void> {
  const timer = state.clock.after(maxWaitMs)
  const stops: (() => void)[] = [() => timer.cancel()]
  await new Promise<void>((resolve) => {
    const look = (): void => {
      if (enough()) resolve()
    }
    for (const { log } of found) if (log !== null) stops.push(log.onAppend(look))
    const gone = (): void => resolve()
    closed.addEventListener('abort', gone)
    stops.push(() => closed.removeEventListener('abort', gone))
    void timer.elapsed.then(resolve)
  })
  for (const stop of stops) stop()
}

function answer(found: readonly Found[], committedOnly: boolean): Parameters<typeof fetch.encodeResponse>[2] {
  return {
    throttleTimeMs: 0,
    errorCode: 0,
    sessionId: 0,
    responses: [...byTopic(found, (each) => each)].map(([topic, partitions]) => ({
      topic,
      partitions: partitions.map(({ partition, error, log, chunks, aborted }) => ({
        partitionIndex: partition,
        errorCode: error === null ? 0 : codeOf(error),
        highWatermark: error === null && log !== null ? log.endOffset : -1,
        lastStableOffset: error === null && log !== null ? log.lastStableOffset : -1,
        logStartOffset: error === null && log !== null ? log.startOffset : -1,
        abortedTransactions: log === null || (committedOnly && error === null) ? aborted : null,
        records: chunks,
      })),
    })),
  }
}
