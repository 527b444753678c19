import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto'
import { type Exchange, otherAuthorizationId, SaslFault } from './mechanism.ts'

type Hash = 'sha256' | 'sha512'

/** Kafka's least number of rounds. */
const iterations = 4096
const hashBytes = { sha256: 32, sha512: 64 } as const
const noChannelBinding = 'n'

interface ClientFirst {
  readonly header: string
  readonly bare: string
  readonly user: string
  readonly nonce: string
}

/** RFC 5802: the client proves that it knows the password, and then the broker that it does. */
export function scramExchange(users: ReadonlyMap<string, string>, hash: Hash): Exchange {
  let finish: Exchange | null = null
  return (token) => {
    if (finish !== null) return finish(token)
    const first = clientFirst(token.toString('utf8'))
    const password = users.get(first.user)
    if (password === undefined) throw new SaslFault('Authentication failed: Invalid user credentials')
    const salt = randomBytes(16)
    const nonce = first.nonce + randomBytes(18).toString('base64url')
    const serverFirst = `r=${nonce},s=${salt.toString('base64')},i=${iterations}`
    const salted = pbkdf2Sync(password, salt, iterations, hashBytes[hash], hash)
    finish = (last) => ({
      answer: Buffer.from(serverFinal(last, { hash, first, serverFirst, nonce, salted })),
      done: true,
    })
    return { answer: Buffer.from(serverFirst), done: false }
  }
}

function clientFirst(text: string): ClientFirst {
  const match = /^(([ny]|p=[^,]*),(?:a=([^,]*))?,)(n=([^,]+),r=([^,]+).*)$/.exec(text)
  if (match === null) throw new SaslFault('Invalid SCRAM client first message format')
  const [, header = '', binding, authorizationId, bare = '', name = '', nonce = ''] = match
  if (binding !== noChannelBinding) throw new SaslFault('Channel bindings are not known here')
  const user = unescaped(name)
  if (authorizationId !== undefined && unescaped(authorizationId) !== user)
    throw new SaslFault(otherAuthorizationId, otherAuthorizationId)
  return { header, bare, user, nonce }
}

interface Begun {
  readonly hash: Hash
  readonly first: ClientFirst
  readonly serverFirst: string
  readonly nonce: string
  readonly salted: Buffer
}

function serverFinal(token: Buffer, { hash, first, serverFirst, nonce, salted }: Begun): string {
  const match = /^(c=([^,]*),r=([^,]*).*),p=([^,]+)$/.exec(token.toString('utf8'))
  if (match === null) throw new SaslFault('Invalid SCRAM client final message format')
  const [, withoutProof = '', binding = '', given = '', proof = ''] = match
  // As Kafka: librdkafka puts its own part in front a second time.
  if (!given.endsWith(nonce)) throw new SaslFault('Invalid client nonce in the final client message.')
  if (Buffer.from(binding, 'base64').toString('utf8') !== first.header)
    throw new SaslFault('The channel binding is not the one of the first message')
  const hmac = (key: Buffer, text: string): Buffer => createHmac(hash, key).update(text).digest()
  const messages = `${first.bare},${serverFirst},${withoutProof}`
  const clientKey = hmac(salted, 'Client Key')
  const signature = hmac(createHash(hash).update(clientKey).digest(), messages)
  const wanted = Buffer.from(clientKey.map((byte, index) => byte ^ (signature[index] ?? 0)))
  const had = Buffer.from(proof, 'base64')
  if (had.length !== wanted.length || !timingSafeEqual(had, wanted))
    throw new SaslFault('Authentication failed: Invalid user credentials')
  return `v=${hmac(hmac(salted, 'Server Key'), messages).toString('base64')}`
}

function unescaped(name: string): string {
  return name.replaceAll('=2C', ',').replaceAll('=3D', '=')
}
