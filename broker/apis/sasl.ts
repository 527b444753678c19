import { saslAuthenticate } from '../../runtime/kafka/protocol/sasl-authenticate.ts'
import { saslHandshake } from '../../runtime/kafka/protocol/sasl-handshake.ts'
import { code } from './groups.ts'
import { handler } from './handler.ts'

/** Version 0 is followed by tokens without a header. */
export const saslHandshakeHandler = handler(saslHandshake, (_state, { mechanism }, { authentication, version }) => {
  const { error, mechanisms } = authentication.begin(mechanism, version === 0)
  return { errorCode: code(error), mechanisms }
})

export const saslAuthenticateHandler = handler(saslAuthenticate, (_state, { authBytes }, { authentication }) => {
  const { error, message, answer } = authentication.step(authBytes)
  return { errorCode: code(error), errorMessage: message, authBytes: answer }
})
