import type { Logger } from '../../../api/index.ts'
import type { ErrorMetrics, ErrorReporter, FailedOperation } from './error-handling.ts'

/** Writes each failed operation to the log (`errors.log.enable`). */
export function logReporter(options: {
  readonly taskName: string
  readonly includeMessages: boolean
  readonly log: Logger
  readonly metrics: ErrorMetrics
}): ErrorReporter {
  return {
    report(failure) {
      options.log.error(describe(options.taskName, options.includeMessages, failure), { error: failure.error })
      options.metrics.errorsLogged += 1
      return Promise.resolve()
    },
    close: () => Promise.resolve(),
  }
}

function describe(taskName: string, includeMessages: boolean, failure: FailedOperation): string {
  const start = `Error encountered in task ${taskName}. Executing stage '${failure.stage}' with class '${failure.className}'`
  return `${start}${includeMessages ? `, ${describeRecord(failure)}` : ''}.`
}

function describeRecord(failure: FailedOperation): string {
  if (failure.original.kind === 'consumed') {
    const { topic, partition, offset, timestamp, timestampType } = failure.original.record
    return `where consumed record is {topic='${topic}', partition=${partition}, offset=${offset}, timestamp=${timestamp}, timestampType=${timestampType}}`
  }
  const { topic, kafkaPartition, sourcePartition, sourceOffset } = failure.original.record
  const place = `sourcePartition=${JSON.stringify(sourcePartition)}, sourceOffset=${JSON.stringify(sourceOffset)}`
  return `where source record is SourceRecord{${place}, topic='${topic}', kafkaPartition=${String(kafkaPartition)}}`
}
