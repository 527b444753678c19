import { ConnectError, type Logger } from '../../../api/index.ts'
import { deadLetterProducerProperties, taskAdminProperties } from '../../config/client-properties.ts'
import { deadLetterDef } from '../../config/connector-config.ts'
import { type BytesOf, DeadLetterQueue, type DeadLetterToken, settleDeadLetters } from './dead-letter-queue.ts'
import type { ErrorMetrics } from './error-handling.ts'
import type { HostContext } from './host-context.ts'
import type { TaskBuild } from './task-build.ts'

interface DeadLetterParts {
  readonly metrics: ErrorMetrics
  readonly log: Logger
  /** Asked once, where there is a queue. */
  readonly bytesOf: () => BytesOf
}

/** The dead letter queue that a connector names, its topic made where it is not there; null for none. */
export async function openDeadLetterQueue(
  context: HostContext,
  build: TaskBuild,
  { metrics, log, bytesOf }: DeadLetterParts,
): Promise<DeadLetterQueue | null> {
  const { id, connector } = build
  const config = deadLetterDef.parse(connector)
  const topic = config['errors.deadletterqueue.topic.name']
  if (topic === '') return null
  const replicationFactor = config['errors.deadletterqueue.topic.replication.factor']
  await using maker = await context.clients.topicMaker(taskAdminProperties(context.worker, connector, id, 'dlq-'))
  try {
    if (!(await maker.exists(topic))) await maker.create({ name: topic, partitions: 1, replicationFactor, config: {} })
  } catch (cause) {
    throw new ConnectError('CONNECT_FAILED', `Could not initialize dead letter queue with topic=${topic}`, {
      cause,
      remedy: `Create the topic by hand, or set errors.deadletterqueue.topic.replication.factor (now ${replicationFactor}) to what the brokers allow.`,
    })
  }
  return new DeadLetterQueue({
    topic,
    contextHeaders: config['errors.deadletterqueue.context.headers.enable'],
    connector: id.connector,
    task: id.task,
    producer: await context.clients.producer<DeadLetterToken>(
      deadLetterProducerProperties(context.worker, connector, id),
      settleDeadLetters,
    ),
    metrics,
    log,
    bytesOf: bytesOf(),
  })
}
