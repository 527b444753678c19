import type { Logger } from '../../../api/index.ts'
import { recordLogText } from './describe-record.ts'
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
  return `${start}${includeMessages ? `, ${recordLogText(failure.original)}` : ''}.`
}
