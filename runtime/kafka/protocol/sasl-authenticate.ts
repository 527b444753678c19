import { defineApi } from './api.ts'
import { bytes, int16, int64, string } from './schema.ts'

/** One step of a SASL exchange: a token of the client, and the broker's answer to it. */
export const saslAuthenticate = defineApi({
  name: 'SaslAuthenticate',
  key: 36,
  versions: [0, 2],
  flexible: 2,
  request: {
    authBytes: bytes,
  },
  response: {
    errorCode: int16,
    errorMessage: string.nullable(),
    authBytes: bytes,
    sessionLifetimeMs: int64.from(1).default(0),
  },
})
