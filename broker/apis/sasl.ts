import { saslAuthenticate } from '../../runtime/kafka/protocol/sasl-authenticate.ts'
import { saslHandshake } from '../../runtime/kafka/protocol/sasl-handshake.ts'
import { code } from './groups.ts'
import { handler } from './handler.ts'

/** Version 0 is followed by tokens without a header and is not answered. */
export const saslHandshakeHandler = handler(
  saslHandshake,
  (_state, { mechanism }, { authentication }) => {
    const { error, mechanisms } = authentication.begin(mechanism)
    return { errorCode: code(error), mechanisms }
  },
  [1, saslHandshake.maxVersion],
)

export const saslAuthenticateHandler = handler(saslAuthenticate, (_state, { authBytes }, { authentication }) => {
  const { error, message, answer } = authentication.step(authBytes)
  return { errorCode: code(error), errorMessage: message, authBytes: answer }
})
