import type { SinkConnectorDescriptor, SinkTaskContext } from '../../../api/index.ts'
import { taskConsumerProperties } from '../../config/client-properties.ts'
import { sinkConnectorDef, topicsChoice } from '../../config/connector-config.ts'
import { taskKey } from '../../core/task-id.ts'
import type { Opened } from '../../platform/opened.ts'
import { consumedBytes } from './dead-letter-queue.ts'
import { newErrorMetrics } from './error-handling.ts'
import { type HostContext, pluginLog, taskLabel } from './host-context.ts'
import { openDeadLetterQueue } from './open-dead-letters.ts'
import { serialiser } from './sink-serialiser.ts'
import { SinkPipeline } from './sink-pipeline.ts'
import { SinkReports } from './sink-reports.ts'
import { type SinkControls, SinkTaskRunner } from './sink-task-runner.ts'
import { type BuiltTask, type TaskBuild, taskHooks } from './task-build.ts'
import { SinkMetrics } from './task-metrics.ts'
import { converterInfo, taskChain, taskConverters, taskErrorHandler } from './task-parts.ts'

/** Puts a sink task together from its configs. @throws what is wrong with them; `opened` then holds what is to be closed */
export async function buildSinkTask(
  context: HostContext,
  descriptor: SinkConnectorDescriptor,
  build: TaskBuild,
  opened: Opened,
): Promise<BuiltTask> {
  const { id, run, connector, taskConfig } = build
  const config = sinkConnectorDef.parse(connector)
  const choice = topicsChoice(config)
  const log = pluginLog(context, runtimeLogger, taskLabel(id))
  const errorMetrics = newErrorMetrics()
  const converters = taskConverters(context, connector, opened)
  const chain = await taskChain(context.registry, connector, opened)
  const metrics = new SinkMetrics(context.clock, build.window, {
    ...build.info,
    ...converterInfo(converters),
    'connector-type': 'sink',
  })
  const dlq = await openDeadLetterQueue(context, build, { metrics: errorMetrics, log, bytesOf: () => consumedBytes })
  if (dlq !== null) opened.add(() => dlq.close())
  const cancelled = build.cancelled.signal
  const errors = taskErrorHandler({
    context,
    config,
    taskName: taskKey(id),
    log,
    metrics: errorMetrics,
    reporters: dlq === null ? [] : [dlq],
    cancelled,
  })
  const consumer = taskConsumerProperties(context.worker, connector, id)
  const { fetcher, maxPollRecords, pollIntervalMaxMs } = await context.clients.fetcher(consumer)
  opened.add(() => fetcher.close())
  const task = descriptor.createTask()
  const reports = new SinkReports(errors, sinkTaskClass, serialiser(converters))
  const subscription = {
    groupId: consumer['group.id'] ?? '',
    topics: choice.topics,
    topicsRegex: choice.regex,
    consumer,
  }
  const runner = new SinkTaskRunner({
    id,
    task,
    start: (controls) => task.start({ ...pluginContext(context, descriptor, build, reports), ...controls }, taskConfig),
    hooks: taskHooks(context, build, metrics, opened),
    pipeline: new SinkPipeline(chain, converters, errors),
    fetcher,
    maxPollRecords,
    pollIntervalMaxMs,
    errors,
    reports,
    join: () => context.control.call('sinkJoin', { id, run, subscription }),
    leave: () => context.control.call('sinkLeave', { id, run }),
    commit: (offsets) => context.control.call('sinkCommit', { id, run, offsets }),
    progress: progressReporter(context, build, pollIntervalMaxMs),
    clock: context.clock,
    log,
    metrics,
    offsetFlushIntervalMs: build.offsetFlushIntervalMs,
    offsetFlushTimeoutMs: build.offsetFlushTimeoutMs,
    targetState: build.targetState,
    stopping: build.stopping,
    cancelled,
  })
  return { runner, metrics, errorMetrics, groups: () => ({ 'sink-task-metrics': metrics.attributes() }) }
}

function pluginContext(
  context: HostContext,
  descriptor: SinkConnectorDescriptor,
  { id, stopping, resolveTaskConfig }: TaskBuild,
  reports: SinkReports,
): Omit<SinkTaskContext, keyof SinkControls> {
  return {
    connectorName: id.connector,
    taskNumber: id.task,
    log: pluginLog(context, descriptor.taskClassName, taskLabel(id)),
    kafka: context.clients.access(),
    stopping: stopping.signal,
    config: resolveTaskConfig,
    errantRecordReporter: () => reports.reporter(),
  }
}

const runtimeLogger = 'org.apache.kafka.connect.runtime.WorkerSinkTask'
/** What the original names for a record that the connector itself reports. */
const sinkTaskClass = 'org.apache.kafka.connect.sink.SinkTask'
/** Once a second is often enough for a limit of minutes. */
const progressMsMax = 1000

function progressReporter(context: HostContext, build: TaskBuild, pollIntervalMaxMs: number): () => void {
  const everyMs = Math.min(progressMsMax, pollIntervalMaxMs / 10)
  let toldMs = Number.NEGATIVE_INFINITY
  return () => {
    const nowMs = context.clock.monotonicMs()
    if (nowMs - toldMs < everyMs) return
    toldMs = nowMs
    context.control.tell('sinkProgress', { id: build.id, run: build.run })
  }
}
