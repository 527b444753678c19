import { ConnectError, configError, dataError, getEntry, isPlainObject, RetriableError } from '../../api/index.ts'
import type { HttpAnswer } from './http.ts'

const WHERE = 'with the prefix of the converter, as in value.converter.schema.registry.url'

/** Whether the same request may succeed a moment later. */
export function isTransient(status: number): boolean {
  return status === 408 || status === 429 || status >= 500
}

/** An answer that is no success. */
export function answerError(what: string, url: string, answer: HttpAnswer): ConnectError {
  const told = `${what} at ${url}: ${toldBy(answer)}`
  switch (answer.status) {
    case 401:
    case 403:
      return configError(`The schema registry refused to ${told}`, {
        remedy: `Check basic.auth.credentials.source and basic.auth.user.info (or bearer.auth.token), ${WHERE}, and the user's rights.`,
      })
    case 404:
      return dataError(`The schema registry could not ${told}`, {
        remedy:
          'Register the schema, or set auto.register.schemas=true. If the registry answers below a path, schema.registry.url must end with it.',
      })
    case 409:
      return dataError(`The schema registry could not ${told}`, {
        remedy:
          'The schema breaks the compatibility rule of its subject: give new fields defaults, or loosen the rule with PUT /config/<subject>.',
      })
    case 422:
      return dataError(`The schema registry could not ${told}`, {
        remedy: 'The registry takes the schema for invalid: its message says why.',
      })
    default:
      if (!isTransient(answer.status)) return dataError(`The schema registry could not ${told}`)
      return new RetriableError(`The schema registry could not ${told}`, {
        remedy: 'The registry is not well: look at its log. errors.retry.timeout lets the connector wait longer.',
      })
  }
}

/** No address answered. */
export function unreachable(what: string, urls: readonly string[], cause: unknown): ConnectError {
  const reason = cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : String(cause)
  return new RetriableError(`No schema registry answered to ${what}: ${urls.join(', ')} (${reason})`, {
    cause,
    remedy: `Check that the registry runs and can be reached from this worker, and schema.registry.url, ${WHERE}.`,
  })
}

/** An answer that says success, but not what was asked for. */
export function notARegistry(what: string, url: string): ConnectError {
  return configError(`${url} did not answer as a schema registry does when asked to ${what}`, {
    remedy: `Check that schema.registry.url, ${WHERE}, leads to a schema registry, its path included.`,
  })
}

function toldBy({ status, body }: HttpAnswer): string {
  try {
    const json: unknown = JSON.parse(body)
    const message = isPlainObject(json) ? getEntry(json, 'message') : undefined
    const code = isPlainObject(json) ? getEntry(json, 'error_code') : undefined
    if (typeof message === 'string') return `${message}; error code: ${typeof code === 'number' ? code : status}`
  } catch {
    // A proxy answers with HTML: its status says enough.
  }
  return `HTTP status ${status}`
}
