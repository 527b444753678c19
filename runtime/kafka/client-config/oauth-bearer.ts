import type { KafkajsSasl } from '../kafkajs.ts'

/** A bearer token and the SASL extensions that go with it. */
export interface OAuthToken {
  readonly value: string
  readonly extensions: Readonly<Record<string, string>>
}

/** Gives a token that is good now; keeps it as long as it is. */
export interface OAuthTokenSource {
  token(): Promise<OAuthToken>
}

const SEPARATOR = '\u0001'
const LENGTH_BYTES = 4

/**
 * SASL OAUTHBEARER (RFC 7628). kafkajs's own does not look at the answer, so a refused token would only show as a
 * broken connection later.
 */
export function makeOAuthBearer(source: OAuthTokenSource): KafkajsSasl {
  return {
    mechanism: 'oauthbearer',
    authenticationProvider: ({ saslAuthenticate }) => ({
      async authenticate() {
        const refusal = await saslAuthenticate(step(initialResponse(await source.token())))
        if (refusal === '') return
        // The protocol wants the refusal acknowledged; the broker then says why as an error, and if not, we do.
        await saslAuthenticate(step(SEPARATOR))
        throw Object.assign(new Error(`The broker refused the token: ${refusal}`), {
          type: 'SASL_AUTHENTICATION_FAILED',
        })
      },
    }),
  }
}

function initialResponse({ value, extensions }: OAuthToken): string {
  const extra = Object.entries(extensions).map(([key, text]) => `${key}=${text}${SEPARATOR}`)
  return `n,,${SEPARATOR}auth=Bearer ${value}${SEPARATOR}${extra.join('')}${SEPARATOR}`
}

/** One message and the text of its answer, each behind its length, as kafkajs hands them on. */
function step(text: string) {
  const bytes = Buffer.from(text)
  const framed = Buffer.alloc(LENGTH_BYTES + bytes.length)
  framed.writeInt32BE(bytes.length)
  bytes.copy(framed, LENGTH_BYTES)
  return {
    request: { encode: () => Promise.resolve(framed) },
    response: {
      decode: (raw: Buffer) => Promise.resolve(raw.subarray(LENGTH_BYTES)),
      parse: (data: Buffer) => Promise.resolve(data.toString('utf8')),
    },
  }
}
