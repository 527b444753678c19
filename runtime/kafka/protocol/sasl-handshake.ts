import { defineApi } from './api.ts'
import { array, int16, string } from './schema.ts'

/** Chooses a SASL mechanism; the answer names those that the broker knows. */
export const saslHandshake = defineApi({
  name: 'SaslHandshake',
  key: 17,
  versions: [0, 1],
  flexible: null,
  request: {
    mechanism: string,
  },
  response: {
    errorCode: int16,
    mechanisms: array(string),
  },
})
