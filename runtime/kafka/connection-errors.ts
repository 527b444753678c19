import { type Address, formatAddress } from './address.ts'
import type { ConnectionOptions } from './broker-connection.ts'
import { KafkaError, localError } from './errors.ts'
import type { KafkajsErrorFields } from './kafkajs.ts'

const TLS_CODE = /^(ERR_SSL|ERR_TLS|CERT_|EPROTO|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_OSSL)/

/** Node's words for a peer that closes before the handshake is done: it speaks no TLS, or it is going down. */
const HUNG_UP_IN_HANDSHAKE = /disconnected before secure TLS/

type Stage = 'connect' | 'versions' | 'authenticate'

/** What went wrong while opening a connection, told so that the reader can mend it. */
export function connectionError(
  error: unknown,
  stage: Stage,
  address: Address,
  options: ConnectionOptions,
): KafkaError {
  if (error instanceof KafkaError && stage === 'connect') return error
  const fields = fieldsOf(error)
  const where = formatAddress(address)
  const code = String(fields.code ?? '')
  if (HUNG_UP_IN_HANDSHAKE.test(fields.message)) return hungUp(error, fields, stage, where, options)
  if (options.tls && (TLS_CODE.test(code) || /\bssl\b|\btls\b|certificate/i.test(fields.message))) {
    return tlsError(error, fields, where)
  }
  if (isRefusal(fields)) return refusedCredentials(error, fields, where, options)
  if (stage === 'connect') return unreachable(error, fields, where)
  if (error instanceof KafkaError && error.code !== 'KAFKA_DISCONNECTED') return error
  return hungUp(error, fields, stage, where, options)
}

function fieldsOf(error: unknown): KafkajsErrorFields {
  return error instanceof Error ? error : { name: 'Error', message: String(error) }
}

function isRefusal({ name, type }: KafkajsErrorFields): boolean {
  return name === 'KafkaJSSASLAuthenticationError' || (type?.includes('SASL') ?? false)
}

function tlsError(cause: unknown, { message, code }: KafkajsErrorFields, where: string): KafkaError {
  const text = message.replace(/^Connection error: /, '')
  return localError('KAFKA_TLS_FAILED', `TLS connection to broker ${where} failed: ${text}`, {
    cause,
    remedy: tlsRemedy(String(code ?? ''), text),
  })
}

function tlsRemedy(code: string, text: string): string {
  if (code.includes('ALTNAME')) {
    return "Connect by a name that the broker's certificate holds, or set ssl.endpoint.identification.algorithm to nothing."
  }
  if (code.includes('EXPIRED')) return "The broker's certificate has expired: renew it."
  if (/wrong version number|packet length|record layer/i.test(text)) {
    return 'The port does not speak TLS: check security.protocol and the port of the listener.'
  }
  if (/handshake failure|certificate required|bad certificate|unknown ca/i.test(text)) {
    return 'The broker refused our certificate or offers: check ssl.keystore.*, ssl.enabled.protocols and ssl.cipher.suites.'
  }
  return "Put the certificate authority of the broker's certificate into ssl.truststore.*."
}

function refusedCredentials(
  cause: unknown,
  { message }: KafkajsErrorFields,
  where: string,
  options: ConnectionOptions,
): KafkaError {
  const mechanism = options.sasl?.mechanism.toUpperCase() ?? 'none'
  return localError(
    'KAFKA_AUTHENTICATION_FAILED',
    `Broker ${where} refused our credentials (${mechanism}): ${message}`,
    {
      cause,
      errorName: 'SASL_AUTHENTICATION_FAILED',
      remedy: 'Check sasl.mechanism and the user name and password in sasl.jaas.config.',
    },
  )
}

function unreachable(cause: unknown, { message }: KafkajsErrorFields, where: string): KafkaError {
  return localError(
    'KAFKA_UNREACHABLE',
    `Broker ${where} cannot be reached: ${message.replace(/^Connection error: /, '')}`,
    {
      cause,
      retriable: true,
      remedy: 'Check bootstrap.servers, the advertised listeners of the brokers, and the network between.',
    },
  )
}

const HANG_UPS: Readonly<Record<Stage, string>> = {
  connect: 'during the TLS handshake',
  versions: 'at the first request',
  authenticate: 'during authentication',
}

function hungUp(
  cause: unknown,
  { message }: KafkajsErrorFields,
  stage: Stage,
  where: string,
  options: ConnectionOptions,
): KafkaError {
  const doing = HANG_UPS[stage]
  return localError('KAFKA_UNREACHABLE', `Broker ${where} closed the connection ${doing}: ${message}`, {
    cause,
    retriable: true,
    remedy: listenerRemedy(options),
  })
}

/** For a broker that hangs up on a stranger. */
export function listenerRemedy({ tls, sasl }: ConnectionOptions): string {
  const protocol = `${sasl ? 'SASL_' : ''}${tls ? 'SSL' : 'PLAINTEXT'}`
  return `The listener may expect another security.protocol than ${protocol}.`
}
