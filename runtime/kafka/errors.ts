import { ConnectError, type ConnectErrorOptions } from '../../api/errors.ts'
import { codeOf, type ErrorName, errorCode } from './protocol/error-codes.ts'

const JAVA = 'org.apache.kafka.common.errors'

/** Stable codes of the faults that arise on our side of the wire, with the Java class that tools expect to see. */
const LOCAL_ERRORS = {
  KAFKA_AUTHENTICATION_FAILED: `${JAVA}.SaslAuthenticationException`,
  KAFKA_BUFFER_EXHAUSTED: `${JAVA}.TimeoutException`,
  KAFKA_CLOSED: 'java.lang.IllegalStateException',
  KAFKA_COMPRESSION_UNAVAILABLE: 'org.apache.kafka.common.KafkaException',
  KAFKA_DATA_CORRUPT: `${JAVA}.CorruptRecordException`,
  KAFKA_DATA_UNSUPPORTED: 'org.apache.kafka.common.KafkaException',
  KAFKA_DISCONNECTED: `${JAVA}.DisconnectException`,
  KAFKA_ILLEGAL_STATE: 'java.lang.IllegalStateException',
  KAFKA_NO_OFFSET: 'org.apache.kafka.clients.consumer.NoOffsetForPartitionException',
  KAFKA_PROTOCOL: 'org.apache.kafka.common.KafkaException',
  KAFKA_RECORD_TOO_LARGE: `${JAVA}.RecordTooLargeException`,
  KAFKA_TIMEOUT: `${JAVA}.TimeoutException`,
  KAFKA_TLS_FAILED: `${JAVA}.SslAuthenticationException`,
  KAFKA_TRANSACTION_ABORTED: `${JAVA}.TransactionAbortedException`,
  KAFKA_UNREACHABLE: `${JAVA}.TimeoutException`,
  KAFKA_UNSUPPORTED_VERSION: `${JAVA}.UnsupportedVersionException`,
  KAFKA_CONFIG_INVALID: 'org.apache.kafka.common.config.ConfigException',
} as const

export type LocalErrorCode = keyof typeof LOCAL_ERRORS

export interface KafkaErrorOptions extends ConnectErrorOptions {
  /** The broker's error, when it was the broker that said no. */
  readonly errorName?: ErrorName
}

/**
 * A fault of the Kafka layer. `code` is one of `LOCAL_ERRORS`, or `KAFKA_` and the broker's error name
 * (`KAFKA_TOPIC_AUTHORIZATION_FAILED`); `errorName` is the latter's name alone.
 */
export class KafkaError extends ConnectError {
  readonly errorName: ErrorName | null

  constructor(code: string, message: string, options: KafkaErrorOptions = {}) {
    super(code, message, options)
    this.name = 'KafkaError'
    this.errorName = options.errorName ?? null
  }
}

/** A fault on our side: unreachable, timed out, refused credentials, … */
export function localError(code: LocalErrorCode, message: string, options: KafkaErrorOptions = {}): KafkaError {
  return new KafkaError(code, message, { javaClass: LOCAL_ERRORS[code], ...options })
}

/** The error that a broker answered with. `doing` names what was asked, in words for the reader of a log. */
export function brokerError(code: number, doing: string, detail: string | null = null, mayRetry = true): KafkaError {
  const known = errorCode(code)
  const text = detail === null || detail === '' ? known.message : detail
  const remedy = REMEDIES[known.name]
  return new KafkaError(`KAFKA_${known.name}`, `${doing}: ${text} (${known.name})`, {
    errorName: known.name as ErrorName,
    javaClass: known.javaClass,
    retriable: known.retriable && mayRetry,
    ...(remedy === undefined ? {} : { remedy }),
  })
}

const ACL_REMEDY = 'Grant the principal of this client the missing permission, or use other credentials.'

const REMEDIES: { readonly [name: string]: string } = {
  CLUSTER_AUTHORIZATION_FAILED: ACL_REMEDY,
  GROUP_AUTHORIZATION_FAILED: ACL_REMEDY,
  TOPIC_AUTHORIZATION_FAILED: ACL_REMEDY,
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: ACL_REMEDY,
  INVALID_REPLICATION_FACTOR: 'Ask for a replication factor of at most the number of brokers.',
  MESSAGE_TOO_LARGE: 'Raise max.message.bytes of the topic, or make the records smaller.',
  UNKNOWN_TOPIC_OR_PARTITION: 'Create the topic, or check its name and that this client may see it.',
}

/** Whether the error is that of the broker's with this name. */
export function isBrokerError(error: unknown, ...names: readonly ErrorName[]): error is KafkaError {
  return error instanceof KafkaError && error.errorName !== null && names.includes(error.errorName)
}

/** Throws the broker's error unless the code is 0. `mayRetry` false: no retry, whatever Kafka thinks of the code. */
export function check(code: number, doing: string, detail: string | null = null, mayRetry = true): void {
  if (code !== 0) throw brokerError(code, doing, detail, mayRetry)
}

export { codeOf, errorCode }
export type { ErrorName }
