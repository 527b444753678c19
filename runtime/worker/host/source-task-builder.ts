import { ConnectError, type SourceConnectorDescriptor, type SourceTaskContext } from '../../../api/index.ts'
import { taskAdminProperties, taskProducerProperties } from '../../config/client-properties.ts'
import { sourceConnectorDef } from '../../config/connector-config.ts'
import { AckLedger } from '../../core/ack-ledger.ts'
import { taskKey } from '../../core/task-id.ts'
import type { Opened } from '../../platform/opened.ts'
import type { TaskRun } from '../port.ts'
import { newErrorMetrics } from './error-handling.ts'
import { type HostContext, offsetReader, pluginLog, taskLabel } from './host-context.ts'
import { OffsetCommitter, type OffsetWriter } from './offset-committer.ts'
import { controlOffsetWriter, topicOffsetWriter } from './offset-writers.ts'
import { openDeadLetterQueue } from './open-dead-letters.ts'
import type { BatchOutcome } from './ports.ts'
import type { BuiltTask, TaskBuild } from './task-build.ts'
import { taskHooks } from './task-build.ts'
import { SourceMetrics } from './task-metrics.ts'
import { converterInfo, taskChain, taskConverters, taskErrorHandler } from './task-parts.ts'
import { sourceBytes } from './source-bytes.ts'
import { SourcePipeline } from './source-pipeline.ts'
import { SourceTaskRunner, type SourceToken } from './source-task-runner.ts'
import { topicCreationRules } from './topic-creation.ts'

/** Puts a source task together from its configs. @throws what is wrong with them; `opened` then holds what is to be closed */
export async function buildSourceTask(
  context: HostContext,
  descriptor: SourceConnectorDescriptor,
  build: TaskBuild,
  opened: Opened,
): Promise<BuiltTask> {
  const { id, connector, taskConfig } = build
  const config = sourceConnectorDef.parse(connector)
  const log = pluginLog(context, runtimeLogger, taskLabel(id))
  const errorMetrics = newErrorMetrics()
  const converters = taskConverters(context, connector, opened)
  const chain = await taskChain(context.registry, connector, opened)
  const metrics = new SourceMetrics(context.clock, build.window, {
    ...build.info,
    ...converterInfo(converters),
    'connector-type': 'source',
  })
  const dlq = await openDeadLetterQueue(context, build, {
    metrics: errorMetrics,
    log,
    bytesOf: () => sourceBytes(context.registry),
  })
  if (dlq !== null) opened.add(() => dlq.close())
  const errors = taskErrorHandler({
    context,
    config,
    taskName: taskKey(id),
    log,
    metrics: errorMetrics,
    reporters: dlq === null ? [] : [dlq],
    cancelled: build.cancelled.signal,
  })
  const task = descriptor.createTask()
  const offsets = await offsetCommitter(context, build)
  const taskContext = pluginContext(context, descriptor, build, offsets)
  const ensureTopic = await topicEnsurer(context, build, opened)
  const late: { deliver: (outcome: BatchOutcome<SourceToken>) => void } = { deliver: () => undefined }
  const producer = await context.clients.producer<SourceToken>(
    taskProducerProperties(context.worker, connector, id),
    (outcome) => late.deliver(outcome),
  )
  const runner = new SourceTaskRunner({
    id,
    task,
    className: descriptor.taskClassName,
    start: () => task.start(taskContext, taskConfig),
    hooks: taskHooks(context, build, metrics, opened),
    pipeline: new SourcePipeline(chain, converters, errors),
    producer: (onBatch) => {
      late.deliver = onBatch
      return producer
    },
    ledger: new AckLedger(),
    offsets,
    errors,
    ensureTopic,
    clock: context.clock,
    log,
    metrics,
    offsetFlushIntervalMs: build.offsetFlushIntervalMs,
    offsetFlushTimeoutMs: build.offsetFlushTimeoutMs,
    targetState: build.targetState,
    stopping: build.stopping,
    cancelled: build.cancelled.signal,
  })
  return { runner, metrics, errorMetrics, groups: () => ({ 'source-task-metrics': metrics.attributes() }) }
}

function pluginContext(
  context: HostContext,
  descriptor: SourceConnectorDescriptor,
  { id, stopping, resolveTaskConfig }: TaskBuild,
  offsets: OffsetCommitter,
): SourceTaskContext {
  return {
    connectorName: id.connector,
    taskNumber: id.task,
    log: pluginLog(context, descriptor.taskClassName, taskLabel(id)),
    kafka: context.clients.access(),
    offsets: offsetReader(context, id.connector, (found) => offsets.learn(found)),
    stopping: stopping.signal,
    transaction: null,
    config: resolveTaskConfig,
  }
}

async function offsetCommitter(context: HostContext, { id, run, cancelled }: TaskBuild): Promise<OffsetCommitter> {
  const { connector } = id
  return new OffsetCommitter({
    connector,
    writer: await offsetWriter(context, { id, run }),
    stored: (partitions) => context.control.call('readOffsets', { connector, partitions }),
    clock: context.clock,
    cancelled: cancelled.signal,
  })
}

async function offsetWriter({ offsetTopic, clients, control }: HostContext, task: TaskRun): Promise<OffsetWriter> {
  if (offsetTopic === null) return controlOffsetWriter(control, task)
  return topicOffsetWriter(offsetTopic, await clients.offsetProducer())
}

const runtimeLogger = 'org.apache.kafka.connect.runtime.WorkerSourceTask'

/** Topics are made by the connector's rules, or not at all: then it is the broker that may make them. */
async function topicEnsurer(
  context: HostContext,
  build: TaskBuild,
  opened: Opened,
): Promise<(topic: string) => Promise<void>> {
  const rules = topicCreationRules(
    context.worker['topic.creation.enable']?.trim().toLowerCase() !== 'false',
    build.connector,
  )
  if (rules === null) return () => Promise.resolve()
  const maker = await context.clients.topicMaker(taskAdminProperties(context.worker, build.connector, build.id))
  opened.add(async () => {
    await maker[Symbol.asyncDispose]()
  })
  return async (topic) => {
    if (await maker.exists(topic)) return
    const settings = rules(topic)
    try {
      await maker.create({ name: topic, ...settings })
    } catch (cause) {
      throw new ConnectError('CONNECT_FAILED', `Task failed to create new topic ${topic}`, {
        cause,
        remedy: 'Create the topic by hand, mend topic.creation.*, or grant this principal CREATE on it.',
      })
    }
  }
}
