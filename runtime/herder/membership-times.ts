import { toNumber, type WorkerConfig } from '../config/worker-config.ts'

/** What a worker file says of the group, for the membership machine. */
export function membershipTimes(config: WorkerConfig): {
  sessionTimeoutMs: number
  heartbeatIntervalMs: number
  rebalanceTimeoutMs: number
  retryBackoffMs: number
  retryBackoffMaxMs: number
  requestTimeoutMs: number
} {
  const { values } = config
  return {
    sessionTimeoutMs: values['session.timeout.ms'],
    heartbeatIntervalMs: values['heartbeat.interval.ms'],
    rebalanceTimeoutMs: values['rebalance.timeout.ms'],
    requestTimeoutMs: values['request.timeout.ms'],
    retryBackoffMs: toNumber(values['retry.backoff.ms']),
    retryBackoffMaxMs: toNumber(values['retry.backoff.max.ms']),
  }
}
