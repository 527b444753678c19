import { byTopic } from '../../runtime/kafka/by-topic.ts'
import { codeOf } from '../../runtime/kafka/protocol/error-codes.ts'
import { describeProducers } from '../../runtime/kafka/protocol/describe-producers.ts'
import { describeTransactions } from '../../runtime/kafka/protocol/describe-transactions.ts'
import { listTransactions } from '../../runtime/kafka/protocol/list-transactions.ts'
import { refusalOf } from '../state/broker-error.ts'
import { checkName } from '../state/topic-name.ts'
import { unknownPartition } from '../state/topics.ts'
import type { Transaction } from '../transactions/transaction.ts'
import { placeOf } from '../transactions/transaction.ts'
import { handler } from './handler.ts'

const states: readonly string[] = [
  'Empty',
  'Ongoing',
  'PrepareCommit',
  'PrepareAbort',
  'CompleteCommit',
  'CompleteAbort',
  'Dead',
  'PrepareEpochFence',
]

/** A phase under the name that Kafka has for it. */
function stateOf({ phase, startedMs, lastCommitted }: Transaction): string {
  switch (phase) {
    case 'ongoing':
      return 'Ongoing'
    case 'committing':
      return 'PrepareCommit'
    case 'aborting':
      return 'PrepareAbort'
    case 'idle':
      if (startedMs === 0) return 'Empty'
      return lastCommitted ? 'CompleteCommit' : 'CompleteAbort'
  }
}

export const listTransactionsHandler = handler(listTransactions, (state, body) => {
  const { stateFilters, producerIdFilters, durationFilter, transactionalIdPattern } = body
  const nothing = { throttleTimeMs: 0, unknownStateFilters: [], transactionStates: [] }
  const pattern = patternOf(transactionalIdPattern)
  if (pattern === null) return { ...nothing, errorCode: codeOf('INVALID_REGULAR_EXPRESSION') }
  const nowMs = state.clock.nowMs()
  const found = state.transactions
    .all()
    .filter(
      ([id, transaction]) =>
        (stateFilters.length === 0 || stateFilters.includes(stateOf(transaction))) &&
        (producerIdFilters.length === 0 || producerIdFilters.includes(transaction.producerId)) &&
        (durationFilter < 0 || (transaction.startedMs > 0 && nowMs - transaction.startedMs > durationFilter)) &&
        pattern.test(id),
    )
  return {
    ...nothing,
    errorCode: 0,
    unknownStateFilters: stateFilters.filter((name) => !states.includes(name)),
    transactionStates: found.map(([transactionalId, transaction]) => ({
      transactionalId,
      producerId: transaction.producerId,
      transactionState: stateOf(transaction),
    })),
  }
})

/** Ids fit as a whole. Null: not an expression. */
function patternOf(pattern: string | null): RegExp | null {
  try {
    return new RegExp(pattern === null || pattern === '' ? '' : `^(?:${pattern})$`)
  } catch {
    return null // a SyntaxError, which is the answer
  }
}

export const describeTransactionsHandler = handler(describeTransactions, ({ transactions }, { transactionalIds }) => ({
  throttleTimeMs: 0,
  transactionStates: transactionalIds.map((transactionalId) => {
    const transaction = transactions.get(transactionalId)
    if (transaction === undefined) {
      const errorCode = codeOf(transactionalId === '' ? 'INVALID_REQUEST' : 'TRANSACTIONAL_ID_NOT_FOUND')
      return { errorCode, transactionalId, ...unknown }
    }
    const topics = byTopic(transaction.partitions.map(placeOf), ({ partition }) => partition)
    return {
      errorCode: 0,
      transactionalId,
      transactionState: stateOf(transaction),
      transactionTimeoutMs: transaction.timeoutMs,
      transactionStartTimeMs: transaction.startedMs === 0 ? -1 : transaction.startedMs,
      producerId: transaction.producerId,
      producerEpoch: transaction.epoch,
      topics: [...topics].map(([topic, partitions]) => ({ topic, partitions })),
    }
  }),
}))

const unknown = {
  transactionState: '',
  transactionTimeoutMs: 0,
  transactionStartTimeMs: 0,
  producerId: 0,
  producerEpoch: 0,
  topics: [],
}

export const describeProducersHandler = handler(describeProducers, (state, { topics }) => ({
  throttleTimeMs: 0,
  topics: topics.map(({ name, partitionIndexes }) => ({
    name,
    partitions: partitionIndexes.map((partitionIndex) => {
      const log = state.topics.get(name)?.partitions[partitionIndex]
      if (log === undefined) {
        const fault = refusalOf(() => checkName(name)) ?? unknownPartition()
        const errorMessage = state.topics.get(name) === undefined ? fault.told : null
        return { partitionIndex, errorCode: codeOf(fault.error), errorMessage, activeProducers: [] }
      }
      const activeProducers = log.producers.map(({ producerId, epoch, openSince, ...producer }) => ({
        ...producer,
        producerId,
        producerEpoch: epoch,
        currentTxnStartOffset: openSince ?? -1,
      }))
      return { partitionIndex, errorCode: 0, activeProducers }
    }),
  })),
}))
