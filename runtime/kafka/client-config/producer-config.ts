import { configError } from '../../../api/errors.ts'
import {
  CompressionUnavailableError,
  type CompressionType,
  type Compressor,
  makeCompressor,
} from '../records/compression.ts'
import type { ProducerOptions } from '../producer/types.ts'
import { backoff } from './cluster-config.ts'
import type { ParsedProperties } from './parse.ts'

/** Producer settings, with the checks between properties that Java's ProducerConfig makes. */
export function toProducerOptions(props: ParsedProperties): ProducerOptions {
  const idempotent = isIdempotent(props)
  const transactionalId = props.stringOrNull('transactional.id')
  if (transactionalId !== null && !idempotent) {
    throw configError('Cannot set a transactional.id without also enabling idempotence.')
  }
  return {
    acks: acksOf(props),
    lingerMs: props.number('linger.ms'),
    batchBytes: props.number('batch.size'),
    bufferBytes: props.number('buffer.memory'),
    requestBytesMax: props.number('max.request.size'),
    compressor: compressorOf(props),
    idempotent,
    inFlightMax: props.number('max.in.flight.requests.per.connection'),
    deliveryTimeoutMs: deliveryTimeout(props),
    requestTimeoutMs: props.number('request.timeout.ms'),
    retries: props.number('retries'),
    retryBackoff: backoff(props, 'retry.backoff'),
    blockMs: props.number('max.block.ms'),
    transactionalId,
    transactionTimeoutMs: props.number('transaction.timeout.ms'),
    ignoreKeys: props.boolean('partitioner.ignore.keys'),
  }
}

function acksOf(props: ParsedProperties): -1 | 0 | 1 {
  const acks = props.string('acks')
  if (acks === '0') return 0
  return acks === '1' ? 1 : -1
}

/** On by default; settings that contradict it switch it off, unless the user asked for it. */
function isIdempotent(props: ParsedProperties): boolean {
  if (!props.boolean('enable.idempotence')) return false
  const contradiction = contradictionOf(props)
  if (contradiction === null) return true
  if (props.isSet('enable.idempotence') || props.stringOrNull('transactional.id') !== null)
    throw configError(contradiction)
  return false
}

function contradictionOf(props: ParsedProperties): string | null {
  if (props.number('retries') === 0) return 'Must set retries to non-zero when using the idempotent producer.'
  if (acksOf(props) !== -1) {
    return 'Must set acks to all in order to use the idempotent producer. Otherwise we cannot guarantee idempotence.'
  }
  if (props.number('max.in.flight.requests.per.connection') > 5) {
    return 'Must set max.in.flight.requests.per.connection to at most 5 to use the idempotent producer.'
  }
  return null
}

function deliveryTimeout(props: ParsedProperties): number {
  const timeoutMs = props.number('delivery.timeout.ms')
  const leastMs = Math.min(props.number('linger.ms') + props.number('request.timeout.ms'), 0x7fffffff)
  if (timeoutMs >= leastMs) return timeoutMs
  if (props.isSet('delivery.timeout.ms')) {
    throw configError('delivery.timeout.ms should be equal to or larger than linger.ms + request.timeout.ms')
  }
  return leastMs
}

function compressorOf(props: ParsedProperties): Compressor | null {
  const type = props.string('compression.type') as CompressionType
  try {
    return makeCompressor(type, levelOf(props, type))
  } catch (cause) {
    if (!(cause instanceof CompressionUnavailableError)) throw cause
    throw configError(`Invalid value ${type} for configuration compression.type: ${cause.message}`, {
      cause,
      remedy: cause.remedy,
    })
  }
}

function levelOf(props: ParsedProperties, type: CompressionType): number | null {
  if (type !== 'gzip' && type !== 'zstd') return null
  const level = props.number(`compression.${type}.level`)
  return type === 'gzip' && level === -1 ? null : level
}
