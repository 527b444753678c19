import { configError } from '../../../api/errors.ts'
import type { Backoff } from '../../core/backoff.ts'
import type { FetcherOptions, OffsetReset } from '../fetcher/types.ts'
import { backoff } from './cluster-config.ts'
import type { ParsedProperties } from './parse.ts'
import { parseDurationMs, resetDuration } from './validators.ts'

const RANGE_ASSIGNOR = 'org.apache.kafka.clients.consumer.RangeAssignor'

/** Settings of a group member; Java's names in the comments. */
export interface MemberOptions {
  /** `group.id`; null when there is none. */
  readonly groupId: string | null
  /** `session.timeout.ms` */
  readonly sessionTimeoutMs: number
  /** `heartbeat.interval.ms` */
  readonly heartbeatIntervalMs: number
  /** `max.poll.interval.ms`: also the rebalance timeout. */
  readonly pollIntervalMaxMs: number
  /** `max.poll.records` */
  readonly pollRecordsMax: number
  /** `retry.backoff.ms`, `retry.backoff.max.ms` */
  readonly retryBackoff: Backoff
}

export function toFetcherOptions(props: ParsedProperties): FetcherOptions {
  return {
    minBytes: props.number('fetch.min.bytes'),
    maxBytes: props.number('fetch.max.bytes'),
    maxWaitMs: props.number('fetch.max.wait.ms'),
    partitionBytesMax: props.number('max.partition.fetch.bytes'),
    readCommitted: props.string('isolation.level') === 'read_committed',
    reset: resetOf(props),
    checkCrcs: props.boolean('check.crcs'),
    rack: props.string('client.rack'),
    requestTimeoutMs: props.number('request.timeout.ms'),
    retryBackoff: backoff(props, 'retry.backoff'),
    createTopics: props.boolean('allow.auto.create.topics'),
  }
}

export function toMemberOptions(props: ParsedProperties): MemberOptions {
  if (!props.list('partition.assignment.strategy').some((name) => name === RANGE_ASSIGNOR)) {
    throw configError('Configuration partition.assignment.strategy names no assignor that is supported', {
      remedy: `Name ${RANGE_ASSIGNOR}, alone or with others.`,
    })
  }
  const sessionTimeoutMs = props.number('session.timeout.ms')
  const heartbeatIntervalMs = props.number('heartbeat.interval.ms')
  if (heartbeatIntervalMs >= sessionTimeoutMs) {
    throw configError('Heartbeat must be set lower than the session timeout')
  }
  return {
    groupId: props.stringOrNull('group.id'),
    sessionTimeoutMs,
    heartbeatIntervalMs,
    pollIntervalMaxMs: props.number('max.poll.interval.ms'),
    pollRecordsMax: props.number('max.poll.records'),
    retryBackoff: backoff(props, 'retry.backoff'),
  }
}

function resetOf(props: ParsedProperties): OffsetReset {
  const value = props.string('auto.offset.reset').toLowerCase()
  const duration = resetDuration(value)
  if (duration !== null) return { durationMs: parseDurationMs(duration) ?? 0 }
  return value === 'earliest' || value === 'none' ? value : 'latest'
}
