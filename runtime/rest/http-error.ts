import { isConnectError } from '../../api/index.ts'
import { HerderError } from '../herder/errors.ts'

/** The body of every error answer; `error_code` equals the HTTP status. */
export interface ErrorBody {
  readonly error_code: number
  readonly message: string | null
}

export function errorBody(error: unknown): ErrorBody {
  return { error_code: statusOf(error), message: error instanceof Error ? error.message : String(error) }
}

const statusOfCode: Readonly<Record<string, number>> = { NOT_FOUND: 404, BAD_REQUEST: 400 }

function statusOf(error: unknown): number {
  if (error instanceof HerderError) return error.status
  if (isConnectError(error)) return statusOfCode[error.code] ?? 500
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined
  return typeof status === 'number' && status >= 400 && status < 600 ? status : 500
}
