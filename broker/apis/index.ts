import { apiVersionsHandler } from './api-versions.ts'
import { alterConfigsHandler, describeConfigsHandler, incrementalAlterConfigsHandler } from './configs.ts'
import { createTopicsHandler } from './create-topics.ts'
import { deleteTopicsHandler } from './delete-topics.ts'
import { describeClusterHandler } from './describe-cluster.ts'
import {
  describeProducersHandler,
  describeTransactionsHandler,
  listTransactionsHandler,
} from './describe-transactions.ts'
import { fetchHandler } from './fetch.ts'
import { findCoordinatorHandler } from './find-coordinator.ts'
import { deleteGroupsHandler, describeGroupsHandler, listGroupsHandler } from './groups.ts'
import type { AnyHandler } from './handler.ts'
import { initProducerIdHandler } from './init-producer-id.ts'
import { listOffsetsHandler } from './list-offsets.ts'
import { heartbeatHandler, joinGroupHandler, leaveGroupHandler, syncGroupHandler } from './membership.ts'
import { metadataHandler } from './metadata.ts'
import { offsetCommitHandler, offsetDeleteHandler, offsetFetchHandler } from './offsets.ts'
import { createPartitionsHandler, deleteRecordsHandler, offsetForLeaderEpochHandler } from './partitions.ts'
import { produceHandler } from './produce.ts'
import { saslAuthenticateHandler, saslHandshakeHandler } from './sasl.ts'
import {
  addOffsetsToTxnHandler,
  addPartitionsToTxnHandler,
  endTxnHandler,
  txnOffsetCommitHandler,
} from './transactions.ts'

/** Every API that the broker answers, by key. */
export const handlers: ReadonlyMap<number, AnyHandler> = new Map(
  [
    addOffsetsToTxnHandler,
    addPartitionsToTxnHandler,
    alterConfigsHandler,
    apiVersionsHandler(() => [...handlers.values()]),
    createPartitionsHandler,
    createTopicsHandler,
    deleteGroupsHandler,
    deleteRecordsHandler,
    deleteTopicsHandler,
    describeClusterHandler,
    describeConfigsHandler,
    describeGroupsHandler,
    describeProducersHandler,
    describeTransactionsHandler,
    endTxnHandler,
    fetchHandler,
    findCoordinatorHandler,
    heartbeatHandler,
    incrementalAlterConfigsHandler,
    initProducerIdHandler,
    joinGroupHandler,
    leaveGroupHandler,
    listGroupsHandler,
    listOffsetsHandler,
    listTransactionsHandler,
    metadataHandler,
    offsetCommitHandler,
    offsetDeleteHandler,
    offsetFetchHandler,
    offsetForLeaderEpochHandler,
    produceHandler,
    saslAuthenticateHandler,
    saslHandshakeHandler,
    syncGroupHandler,
    txnOffsetCommitHandler,
  ].map((each) => [each.api.key, each]),
)
