import { type DistributedConfig, toNumber, type WorkerConfig } from '../config/worker-config.ts'

/**
 * The longest time between two heartbeats, whatever `heartbeat.interval.ms` says. The coordinator tells of a dead worker
 * in the answer to a heartbeat, so that a survivor notices up to one interval after the session has run out: with the
 * default of three seconds that is what makes a takeover slow, and a heartbeat costs next to nothing.
 */
const heartbeatMsMax = 500

/** What a worker file says of the group, for the membership machine. */
export function membershipTimes(config: WorkerConfig<DistributedConfig>): {
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
    heartbeatIntervalMs: Math.min(values['heartbeat.interval.ms'], heartbeatMsMax),
    rebalanceTimeoutMs: values['rebalance.timeout.ms'],
    requestTimeoutMs: values['request.timeout.ms'],
    retryBackoffMs: toNumber(values['retry.backoff.ms']),
    retryBackoffMaxMs: toNumber(values['retry.backoff.max.ms']),
  }
}
