import { createPrivateKey, timingSafeEqual, X509Certificate } from 'node:crypto'
import {
  children,
  type DerElement,
  DerError,
  expect,
  readElement,
  readInteger,
  readOctets,
  readOid,
  TAG,
} from './der.ts'
import { type KeyStoreEntry, type KeyStoreOptions, toPem, WrongPasswordError } from './entry.ts'
import { decryptPbe, iterationsOf, pkcs12Mac } from './pbe.ts'

const DATA = '1.2.840.113549.1.7.1'
const ENCRYPTED_DATA = '1.2.840.113549.1.7.6'
const BAG = {
  key: '1.2.840.113549.1.12.10.1.1',
  shroudedKey: '1.2.840.113549.1.12.10.1.2',
  certificate: '1.2.840.113549.1.12.10.1.3',
  nested: '1.2.840.113549.1.12.10.1.6',
} as const
const X509 = '1.2.840.113549.1.9.22.1'
const FRIENDLY_NAME = '1.2.840.113549.1.9.20'
const LOCAL_KEY_ID = '1.2.840.113549.1.9.21'

interface Bag {
  readonly kind: 'key' | 'certificate'
  readonly der: Buffer
  readonly alias: string | null
  readonly localKeyId: string | null
}

/**
 * Reads a PKCS12 store, as keytool and OpenSSL write it. Certificates that belong to no key count as trusted, also
 * without the mark that Java wants on them.
 */
export function readPkcs12(bytes: Buffer, options: KeyStoreOptions): KeyStoreEntry[] {
  const [version, authSafe, macData] = children(expect(readElement(bytes), TAG.sequence, 'PKCS12 store'))
  if (readInteger(version) !== 3) throw new DerError(`PKCS12 version ${readInteger(version)}`)
  const content = contentOf(authSafe, DATA)
  if (macData && options.password !== null) checkMac(macData, content, options.password)
  const bags: Bag[] = []
  for (const info of children(expect(readElement(content), TAG.sequence, 'Authenticated safe'))) {
    const safe = openSafe(info, options)
    if (safe) bags.push(...readBags(safe, options))
  }
  return toEntries(bags)
}

/** The octets in a ContentInfo of a type. */
function contentOf(info: DerElement | undefined, type: string): Buffer {
  const [id, wrapped] = children(expect(info, TAG.sequence, 'Content'))
  if (readOid(id) !== type) throw new DerError(`Content of type ${readOid(id)}`)
  return readOctets(children(expect(wrapped, TAG.context0, 'Content'))[0])
}

function checkMac(macData: DerElement, content: Buffer, password: string): void {
  const [digestInfo, salt, iterations] = children(expect(macData, TAG.sequence, 'MAC'))
  const [algorithm, expected] = children(expect(digestInfo, TAG.sequence, 'MAC digest'))
  const digest = readOid(children(expect(algorithm, TAG.sequence, 'MAC algorithm'))[0])
  const mac = pkcs12Mac(digest, password, readOctets(salt), iterationsOf(iterations), content)
  const stored = readOctets(expected)
  if (mac.length !== stored.length || !timingSafeEqual(mac, stored)) throw new WrongPasswordError('store')
}

/** The bytes of one safe; null when it is encrypted and there is no password, which Java passes over too. */
function openSafe(info: DerElement, { password }: KeyStoreOptions): Buffer | null {
  const [id, wrapped] = children(expect(info, TAG.sequence, 'Safe'))
  if (readOid(id) === DATA) return contentOf(info, DATA)
  if (readOid(id) !== ENCRYPTED_DATA) throw new DerError(`Safe of type ${readOid(id)}`)
  if (password === null) return null
  const encryptedData = children(expect(wrapped, TAG.context0, 'Encrypted safe'))[0]
  const [, contentInfo] = children(expect(encryptedData, TAG.sequence, 'Encrypted safe'))
  const [, algorithm, data] = children(expect(contentInfo, TAG.sequence, 'Encrypted content'))
  const plain = decryptPbe(expect(algorithm, TAG.sequence, 'Encryption'), password, readOctets(data))
  if (plain === null) throw new WrongPasswordError('store')
  return plain
}

function readBags(safe: Buffer, options: KeyStoreOptions): Bag[] {
  return children(expect(readElement(safe), TAG.sequence, 'Safe contents')).flatMap((bag) => {
    const [id, wrapped, attributes] = children(expect(bag, TAG.sequence, 'Bag'))
    const value = children(expect(wrapped, TAG.context0, 'Bag value'))[0]
    if (!value) throw new DerError('Bag without a value')
    const names = readAttributes(attributes)
    switch (readOid(id)) {
      case BAG.certificate: {
        const der = readCertificate(value)
        return der ? [{ kind: 'certificate' as const, der, ...names }] : []
      }
      case BAG.shroudedKey:
        return options.withKeys ? [{ kind: 'key' as const, der: decryptKey(value, options), ...names }] : []
      case BAG.key:
        return options.withKeys ? [{ kind: 'key' as const, der: value.whole, ...names }] : []
      case BAG.nested:
        return readBags(value.whole, options)
      default:
        // Secret keys and revocation lists are of no use to TLS.
        return []
    }
  })
}

function readCertificate(bag: DerElement): Buffer | null {
  const [type, wrapped] = children(expect(bag, TAG.sequence, 'Certificate bag'))
  if (readOid(type) !== X509) return null
  return readOctets(children(expect(wrapped, TAG.context0, 'Certificate'))[0])
}

function decryptKey(bag: DerElement, { password, keyPassword }: KeyStoreOptions): Buffer {
  const [algorithm, data] = children(expect(bag, TAG.sequence, 'Encrypted key'))
  const encryption = expect(algorithm, TAG.sequence, 'Key encryption')
  const plain = decryptPbe(encryption, keyPassword ?? password ?? '', readOctets(data))
  // A wrong key can, one time in 256, leave padding that looks right; then what is inside is no key.
  if (plain === null || !looksLikeKey(plain)) throw new WrongPasswordError('key')
  return plain
}

function looksLikeKey(der: Buffer): boolean {
  try {
    createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    return true
  } catch (error) {
    if (error instanceof Error) return false
    throw error
  }
}

function readAttributes(attributes: DerElement | undefined): { alias: string | null; localKeyId: string | null } {
  let alias: string | null = null
  let localKeyId: string | null = null
  for (const attribute of attributes ? children(attributes) : []) {
    const [id, values] = children(attribute)
    const value = values ? children(values)[0] : undefined
    if (!value) continue
    const oid = readOid(id)
    if (oid === FRIENDLY_NAME) alias = Buffer.from(value.content).swap16().toString('utf16le')
    if (oid === LOCAL_KEY_ID) localKeyId = value.content.toString('hex')
  }
  return { alias, localKeyId }
}

function toEntries(bags: readonly Bag[]): KeyStoreEntry[] {
  const certificates = bags.filter((bag) => bag.kind === 'certificate')
  const used = new Set<Bag>()
  const entries: KeyStoreEntry[] = []
  for (const key of bags.filter((bag) => bag.kind === 'key')) {
    const own = certificates.find((c) => c.localKeyId !== null && c.localKeyId === key.localKeyId)
    const chain = own ? chainFrom(own, certificates) : []
    for (const bag of chain) used.add(bag)
    entries.push({
      kind: 'key',
      alias: key.alias ?? '',
      privateKey: toPem('PRIVATE KEY', key.der),
      chain: chain.map((bag) => toPem('CERTIFICATE', bag.der)),
    })
  }
  for (const bag of certificates) {
    if (used.has(bag)) continue
    entries.push({ kind: 'trusted', alias: bag.alias ?? '', certificate: toPem('CERTIFICATE', bag.der) })
  }
  return entries
}

/** A certificate and those that issued it, as far as the store has them. */
function chainFrom(own: Bag, certificates: readonly Bag[]): Bag[] {
  const chain = [own]
  for (let last = new X509Certificate(own.der); !last.checkIssued(last); ) {
    const found = certificates.find((bag) => !chain.includes(bag) && last.checkIssued(new X509Certificate(bag.der)))
    if (!found) break
    chain.push(found)
    last = new X509Certificate(found.der)
  }
  return chain
}
