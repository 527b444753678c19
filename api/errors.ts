import { ERROR_BRAND } from './brands.ts'
import { isConnectError } from './guards.ts'

/**
 * Stable codes of the errors that this API itself raises. The runtime adds its own; a code never changes its meaning.
 * - `CONFIG_INVALID`: a configuration that cannot work as it stands
 * - `DATA_INVALID`: a record, value or schema that cannot be handled
 * - `CONNECT_FAILED`: anything else that ends the work at hand
 * - `RETRIABLE`: worth another try with the same input
 * - `NOT_FOUND`, `ALREADY_EXISTS`, `ILLEGAL_STATE`, `UNSUPPORTED`, `TIMEOUT`: as they read
 * - `INTERNAL`: a foreign error (a `TypeError`, say) that was wrapped
 */
export type ApiErrorCode =
  | 'CONFIG_INVALID'
  | 'DATA_INVALID'
  | 'CONNECT_FAILED'
  | 'RETRIABLE'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'ILLEGAL_STATE'
  | 'UNSUPPORTED'
  | 'TIMEOUT'
  | 'INTERNAL'

/** Any stable code; the literal part only helps editors. */
export type ErrorCode = ApiErrorCode | (string & {})

/** Java exception classes that tools, dead letter queue headers and traces show. */
export const JAVA_ERRORS = {
  config: 'org.apache.kafka.common.config.ConfigException',
  connect: 'org.apache.kafka.connect.errors.ConnectException',
  data: 'org.apache.kafka.connect.errors.DataException',
  illegalArgument: 'java.lang.IllegalArgumentException',
  illegalState: 'org.apache.kafka.connect.errors.IllegalWorkerStateException',
  nullPointer: 'java.lang.NullPointerException',
  retriable: 'org.apache.kafka.connect.errors.RetriableException',
  runtime: 'java.lang.RuntimeException',
  schemaBuilder: 'org.apache.kafka.connect.errors.SchemaBuilderException',
} as const

export interface ConnectErrorOptions {
  /** What the reader can do about it, one sentence. */
  readonly remedy?: string
  /** Whether the same call may succeed later. Default false. */
  readonly retriable?: boolean
  /** The Java exception class shown to tools. Default: the one that belongs to the code. */
  readonly javaClass?: string
  readonly cause?: unknown
}

/** A `ConnectError` as plain data: what crosses a thread, and what a log line may hold. */
export interface ErrorData {
  readonly code: string
  readonly message: string
  readonly remedy: string | null
  readonly retriable: boolean
  readonly javaClass: string
  readonly stack: string | null
  readonly cause: ErrorData | null
}

/** The error of this API (Connect's `ConnectException` and its family). Match on `code`, not on the class. */
export class ConnectError extends Error {
  readonly code: string
  readonly remedy: string | null
  readonly retriable: boolean
  /** The Java exception class that tools and dead letter queue headers expect. */
  readonly javaClass: string

  constructor(code: ErrorCode, message: string, options: ConnectErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'ConnectError'
    this.code = code
    this.remedy = options.remedy ?? null
    this.retriable = options.retriable ?? code === 'RETRIABLE'
    this.javaClass = options.javaClass ?? javaClassOfCode(code)
  }

  get [ERROR_BRAND](): true {
    return true
  }
}

/** An error worth another try with the same input (Connect's `RetriableException`). */
export class RetriableError extends ConnectError {
  constructor(message: string, options: Omit<ConnectErrorOptions, 'retriable'> = {}) {
    super('RETRIABLE', message, { ...options, retriable: true })
    this.name = 'RetriableError'
  }
}

/** Whether another try with the same input may help. */
export function isRetriable(error: unknown): boolean {
  return isConnectError(error) && error.retriable
}

/** A record, value or schema that cannot be handled (`DataException`). */
export function dataError(message: string, options?: ConnectErrorOptions): ConnectError {
  return new ConnectError('DATA_INVALID', message, options)
}

/** A wrong call of the schema builder (`SchemaBuilderException`). */
export function schemaError(message: string, options?: ConnectErrorOptions): ConnectError {
  return new ConnectError('DATA_INVALID', message, { javaClass: JAVA_ERRORS.schemaBuilder, ...options })
}

/** A faulty configuration (`ConfigException`), the message as it stands. */
export function configError(message: string, options?: ConnectErrorOptions): ConnectError {
  return new ConnectError('CONFIG_INVALID', message, options)
}

const CAUSE_DEPTH_MAX = 8

/** Any thrown value as plain data. Foreign errors get code `INTERNAL`; causes are kept up to a depth of eight. */
export function errorToData(error: unknown): ErrorData {
  return toData(error, 0)
}

/** The error that `errorToData` took apart, stack and causes included. */
export function errorFromData(data: ErrorData): ConnectError {
  const cause = data.cause === null ? {} : { cause: errorFromData(data.cause) }
  const remedy = data.remedy === null ? {} : { remedy: data.remedy }
  const options = { retriable: data.retriable, javaClass: data.javaClass, ...remedy, ...cause }
  const error = new ConnectError(data.code, data.message, options)
  if (data.stack !== null) error.stack = data.stack
  return error
}

function toData(error: unknown, depth: number): ErrorData {
  if (!isErrorLike(error)) {
    return {
      code: 'INTERNAL',
      message: String(error),
      remedy: null,
      retriable: false,
      javaClass: JAVA_ERRORS.runtime,
      stack: null,
      cause: null,
    }
  }
  const branded = isConnectError(error) ? error : null
  const cause = depth >= CAUSE_DEPTH_MAX ? null : causeOf(error)
  return {
    code: branded?.code ?? 'INTERNAL',
    message: error.message,
    remedy: branded?.remedy ?? null,
    retriable: branded?.retriable ?? false,
    javaClass: branded?.javaClass ?? JAVA_ERRORS.runtime,
    stack: error.stack ?? null,
    cause: cause === null ? null : toData(cause, depth + 1),
  }
}

/** An error of several (a connection that was refused at each address) is told by its first. */
function causeOf(error: Error): unknown {
  return error.cause ?? (error instanceof AggregateError ? (error.errors[0] as unknown) : null) ?? null
}

function isErrorLike(value: unknown): value is Error {
  return typeof value === 'object' && value !== null && typeof (value as { message?: unknown }).message === 'string'
}

function javaClassOfCode(code: string): string {
  switch (code) {
    case 'CONFIG_INVALID':
      return JAVA_ERRORS.config
    case 'DATA_INVALID':
      return JAVA_ERRORS.data
    case 'RETRIABLE':
      return JAVA_ERRORS.retriable
    case 'ILLEGAL_STATE':
      return JAVA_ERRORS.illegalState
    case 'INTERNAL':
      return JAVA_ERRORS.runtime
    default:
      return JAVA_ERRORS.connect
  }
}
