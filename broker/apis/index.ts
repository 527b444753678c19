import { apiVersionsHandler } from './api-versions.ts'
import { describeConfigsHandler, incrementalAlterConfigsHandler } from './configs.ts'
import { createTopicsHandler } from './create-topics.ts'
import { deleteTopicsHandler } from './delete-topics.ts'
import { describeClusterHandler } from './describe-cluster.ts'
import { fetchHandler } from './fetch.ts'
import { findCoordinatorHandler } from './find-coordinator.ts'
import { deleteGroupsHandler, describeGroupsHandler, listGroupsHandler } from './groups.ts'
import type { AnyHandler } from './handler.ts'
import { initProducerIdHandler } from './init-producer-id.ts'
import { listOffsetsHandler } from './list-offsets.ts'
import { heartbeatHandler, joinGroupHandler, leaveGroupHandler, syncGroupHandler } from './membership.ts'
import { metadataHandler } from './metadata.ts'
import { offsetCommitHandler, offsetDeleteHandler, offsetFetchHandler } from './offsets.ts'
import { produceHandler } from './produce.ts'

/** Every API that the broker answers, by key. */
export const handlers: ReadonlyMap<number, AnyHandler> = new Map(
  [
    apiVersionsHandler(() => [...handlers.values()]),
    createTopicsHandler,
    deleteGroupsHandler,
    deleteTopicsHandler,
    describeClusterHandler,
    describeConfigsHandler,
    describeGroupsHandler,
    fetchHandler,
    findCoordinatorHandler,
    heartbeatHandler,
    incrementalAlterConfigsHandler,
    initProducerIdHandler,
    joinGroupHandler,
    leaveGroupHandler,
    listGroupsHandler,
    listOffsetsHandler,
    metadataHandler,
    offsetCommitHandler,
    offsetDeleteHandler,
    offsetFetchHandler,
    produceHandler,
    syncGroupHandler,
  ].map((each) => [each.api.key, each]),
)
