import type { PartitionOffset } from '../groups/groups.ts'

/** A partition in a transaction's list. */
export interface Place {
  readonly topic: string
  readonly partition: number
}

/** Reads one of `partitions`. */
export function placeOf(text: string): Place {
  const at = text.lastIndexOf('/')
  return { topic: text.slice(0, at), partition: Number(text.slice(at + 1)) }
}

/** Where a transactional id is: nothing open, records being written, or its end decided and not yet everywhere. */
export type TransactionPhase = 'idle' | 'ongoing' | 'committing' | 'aborting'

/** What is known of one transactional id; kept as it is, so that a restart goes on from there. */
export interface Transaction {
  readonly producerId: number
  readonly epoch: number
  /** The epoch that its producer had before it asked for this one; it may not have heard the answer. Null: another had it. */
  readonly lastEpoch?: number | null
  readonly timeoutMs: number
  readonly phase: TransactionPhase
  /** Whether the last one was committed: a repeated EndTxn is answered alike. */
  readonly lastCommitted: boolean
  /** Milliseconds since the epoch; of the open one. */
  readonly startedMs: number
  /** `topic/partition` of everything that it wrote to. */
  readonly partitions: readonly string[]
  /** Offsets that are committed with it, by group. */
  readonly offsets: readonly { readonly groupId: string; readonly offset: PartitionOffset }[]
}

export const noTransaction = {
  phase: 'idle',
  lastCommitted: false,
  startedMs: 0,
  partitions: [],
  offsets: [],
} as const satisfies Partial<Transaction>
