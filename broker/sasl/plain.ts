import { type Exchange, otherAuthorizationId, SaslFault } from './mechanism.ts'

/** RFC 4616: authorization id, user and password in one token, with a zero byte between them. */
export function plainExchange(users: ReadonlyMap<string, string>): Exchange {
  return (token) => {
    const parts = token.toString('utf8').split('\0')
    const [authorizationId, user, password] = parts
    if (parts.length !== 3 || authorizationId === undefined || user === undefined || password === undefined)
      throw new SaslFault(`Invalid SASL/PLAIN response: expected 3 tokens, got ${parts.length}`)
    if (user === '') throw told('Authentication failed: username not specified')
    if (password === '') throw told('Authentication failed: password not specified')
    if (users.get(user) !== password) throw told('Authentication failed: Invalid username or password')
    if (authorizationId !== '' && authorizationId !== user) throw told(otherAuthorizationId)
    return { answer: Buffer.alloc(0), done: true }
  }
}

function told(message: string): SaslFault {
  return new SaslFault(message, message)
}
