import { apiVersionsHandler } from './api-versions.ts'
import { createTopicsHandler } from './create-topics.ts'
import { deleteTopicsHandler } from './delete-topics.ts'
import { describeClusterHandler } from './describe-cluster.ts'
import { fetchHandler } from './fetch.ts'
import type { AnyHandler } from './handler.ts'
import { initProducerIdHandler } from './init-producer-id.ts'
import { listOffsetsHandler } from './list-offsets.ts'
import { metadataHandler } from './metadata.ts'
import { produceHandler } from './produce.ts'

/** Every API that the broker answers, by key. */
export const handlers: ReadonlyMap<number, AnyHandler> = new Map(
  [
    apiVersionsHandler(() => [...handlers.values()]),
    createTopicsHandler,
    deleteTopicsHandler,
    describeClusterHandler,
    fetchHandler,
    initProducerIdHandler,
    listOffsetsHandler,
    metadataHandler,
    produceHandler,
  ].map((each) => [each.api.key, each]),
)
