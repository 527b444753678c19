import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { configError } from '../../../api/errors.ts'
import { delay, randomBackoffMs } from '../backoff.ts'
import { localError } from '../errors.ts'
import type { OAuthToken, OAuthTokenSource } from './oauth-bearer.ts'
import type { ParsedProperties } from './parse.ts'
import { withPrefix } from '../../core/with-prefix.ts'

const RETRIEVERS = ['DefaultJwtRetriever', 'ClientCredentialsJwtRetriever', 'FileJwtRetriever']
const ATTEMPTS = 3
const TIMEOUT_MS = 10_000
/** Life of a token that does not say how long it is good for. */
const UNKNOWN_LIFE_MS = 60_000
const CLAIM_PREFIX = 'unsecuredLoginStringClaim_'
const EXTENSION_PREFIX = 'extension_'

type Options = ReadonlyMap<string, string>

interface Issued {
  readonly value: string
  /** `Date.now()` at which it ends. */
  readonly expiresMs: number
}

/**
 * Where tokens come from: a token endpoint (client credentials), a file, or made here without a signature, as Kafka's
 * own login module does for development.
 */
export function makeTokenSource(props: ParsedProperties, options: Options): OAuthTokenSource {
  const retriever = props.string('sasl.oauthbearer.jwt.retriever.class').split('.').at(-1) ?? ''
  if (!RETRIEVERS.includes(retriever)) {
    throw configError('Configuration sasl.oauthbearer.jwt.retriever.class is not supported with this class', {
      remedy: `Use one of ${RETRIEVERS.join(', ')}.`,
    })
  }
  const extensions = withPrefix(Object.fromEntries(options), EXTENSION_PREFIX)
  const url = props.stringOrNull('sasl.oauthbearer.token.endpoint.url')
  if (url === null || url === '') {
    const claims = unsecuredClaims(options)
    return cached(props, extensions, () => Promise.resolve(unsecured(claims, options)))
  }
  if (url.startsWith('file:')) return cached(props, extensions, () => fromFile(url))
  return cached(props, extensions, makeClientCredentials(props, options, url))
}

/** Keeps a token for the part of its life that `sasl.login.refresh.window.factor` says. */
function cached(
  props: ParsedProperties,
  extensions: Readonly<Record<string, string>>,
  issue: () => Promise<Issued>,
): OAuthTokenSource {
  const factor = props.number('sasl.login.refresh.window.factor')
  const bufferMs = props.number('sasl.login.refresh.buffer.seconds') * 1000
  let current: { token: OAuthToken; renewMs: number } | null = null
  let pending: Promise<OAuthToken> | null = null
  const renew = async (): Promise<OAuthToken> => {
    const startMs = Date.now()
    const { value, expiresMs } = await issue()
    const lifeMs = expiresMs - startMs
    // A token that lives shorter than the buffer is renewed by the factor alone.
    const usableMs = lifeMs > bufferMs ? Math.min(lifeMs * factor, lifeMs - bufferMs) : lifeMs * factor
    const token = { value, extensions }
    current = { token, renewMs: startMs + usableMs }
    return token
  }
  return {
    token() {
      if (current && Date.now() < current.renewMs) return Promise.resolve(current.token)
      pending ??= renew().finally(() => {
        pending = null
      })
      return pending
    },
  }
}

/** Claims from the `unsecuredLogin…` options of the login module. */
function unsecuredClaims(options: Options): Readonly<Record<string, string>> {
  const claims = withPrefix(Object.fromEntries(options), CLAIM_PREFIX)
  if (claims['sub'] !== undefined) return claims
  throw configError('OAUTHBEARER has neither a token endpoint nor an unsecuredLoginStringClaim_sub', {
    remedy: 'Set sasl.oauthbearer.token.endpoint.url.',
  })
}

/** A token without a signature. */
function unsecured(claims: Readonly<Record<string, string>>, options: Options): Issued {
  const issuedS = Date.now() / 1000
  const expiresS = issuedS + Number(options.get('unsecuredLoginLifetimeSeconds') ?? 3600)
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url')
  const value = `${encode({ alg: 'none' })}.${encode({ ...claims, iat: issuedS, exp: expiresS })}.`
  return { value, expiresMs: expiresS * 1000 }
}

async function fromFile(url: string): Promise<Issued> {
  const value = (await readFile(fileURLToPath(url), 'utf8')).trim()
  return { value, expiresMs: expiryOf(value) }
}

function makeClientCredentials(props: ParsedProperties, options: Options, url: string): () => Promise<Issued> {
  const setting = (property: string, option: string, secret: boolean): string | null =>
    (secret ? props.secret(property) : props.stringOrNull(property)) ?? options.get(option) ?? null
  const id = setting('sasl.oauthbearer.client.credentials.client.id', 'clientId', false)
  const secret = setting('sasl.oauthbearer.client.credentials.client.secret', 'clientSecret', true)
  const scope = setting('sasl.oauthbearer.scope', 'scope', false)
  if (id === null || secret === null) {
    throw configError('The OAuth token endpoint needs a client id and a client secret', {
      remedy: 'Set sasl.oauthbearer.client.credentials.client.id and .client.secret.',
    })
  }
  const encode = props.boolean('sasl.oauthbearer.header.urlencode') ? encodeURIComponent : (text: string) => text
  const authorization = `Basic ${Buffer.from(`${encode(id)}:${encode(secret)}`).toString('base64')}`
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...(scope ? { scope } : {}) })
  const timeoutMs =
    (props.numberOrNull('sasl.login.connect.timeout.ms') ?? TIMEOUT_MS) +
    (props.numberOrNull('sasl.login.read.timeout.ms') ?? TIMEOUT_MS)
  const backoff = {
    initialMs: props.number('sasl.login.retry.backoff.ms'),
    maxMs: props.number('sasl.login.retry.backoff.max.ms'),
  }
  return async () => {
    for (let attempt = 0; ; attempt++) {
      try {
        return await askEndpoint(url, authorization, body, timeoutMs)
      } catch (error) {
        if (error instanceof EndpointRefusal || attempt + 1 >= ATTEMPTS) throw endpointError(url, error)
        await delay(randomBackoffMs(backoff, attempt))
      }
    }
  }
}

/** The endpoint answered, and said no. */
class EndpointRefusal extends Error {
  override readonly name = 'EndpointRefusal'
}

async function askEndpoint(
  url: string,
  authorization: string,
  body: URLSearchParams,
  timeoutMs: number,
): Promise<Issued> {
  const startMs = Date.now()
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization, accept: 'application/json' },
    body,
    signal: AbortSignal.timeout(timeoutMs),
  })
  if (response.status >= 400 && response.status < 500) {
    throw new EndpointRefusal(`status ${response.status}: ${(await response.text()).slice(0, 500)}`)
  }
  if (!response.ok) throw new Error(`status ${response.status}`)
  const answer = (await response.json()) as { access_token?: unknown; expires_in?: unknown }
  if (typeof answer.access_token !== 'string') throw new EndpointRefusal('the answer holds no access_token')
  const lifeS = Number(answer.expires_in)
  const expiresMs = lifeS > 0 ? startMs + lifeS * 1000 : expiryOf(answer.access_token)
  return { value: answer.access_token, expiresMs }
}

function endpointError(url: string, cause: unknown): Error {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return localError('KAFKA_AUTHENTICATION_FAILED', `Getting a token from ${url} failed: ${reason}`, {
    cause,
    retriable: !(cause instanceof EndpointRefusal),
    remedy: 'Check sasl.oauthbearer.token.endpoint.url and the client credentials.',
  })
}

/** When a JWT ends by its own account. */
function expiryOf(token: string): number {
  const payload = token.split('.')[1] ?? ''
  try {
    const { exp } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { exp?: unknown }
    if (typeof exp === 'number') return exp * 1000
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  return Date.now() + UNKNOWN_LIFE_MS
}
