import { readFile } from 'node:fs/promises'
import type { ConnectionOptions as TlsOptions } from 'node:tls'
import { configError } from '../../../api/errors.ts'
import { type KeyStoreEntry, readKeyStore } from '../../../compat/keystore/keystore.ts'
import { toOpensslCiphers } from './cipher-names.ts'
import type { ParsedProperties } from './parse.ts'

type TlsVersion = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'
const VERSIONS: readonly TlsVersion[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']

/** Options for Node's TLS from the `ssl.*` properties. Reads the stores. */
export async function loadTls(props: ParsedProperties): Promise<TlsOptions> {
  return {
    ...(await trust(props)),
    ...(await identity(props)),
    ...versions(props),
    ...ciphers(props),
    ...endpoint(props),
  }
}

async function trust(props: ParsedProperties): Promise<TlsOptions> {
  const { type, location, password } = store(props, 'ssl.truststore')
  const inline = props.secret('ssl.truststore.certificates')
  if (inline !== null) {
    if (type !== 'PEM')
      throw refused(`SSL trust store certs can be specified only for PEM, but trust store type is ${type}.`)
    if (location !== null) throw refused('Both SSL trust store location and separate trust certificates are specified.')
    if (password !== null) throw refused('SSL trust store password cannot be specified for PEM format.')
    return { ca: splitPem(inline, 'CERTIFICATE') }
  }
  if (location === null) {
    if (password !== null) throw refused('SSL trust store is not specified, but trust store password is specified.')
    return {}
  }
  const bytes = await readStore('ssl.truststore.location', location)
  if (type === 'PEM') {
    if (password !== null) throw refused('SSL trust store password cannot be specified for PEM format.')
    return { ca: splitPem(bytes.toString('utf8'), 'CERTIFICATE') }
  }
  const entries = readKeyStore(bytes, { name: location, password, withKeys: false })
  const ca = entries.flatMap((entry) => (entry.kind === 'trusted' ? [entry.certificate] : []))
  if (ca.length === 0) throw configError(`SSL trust store ${location} holds no trusted certificate`)
  return { ca }
}

async function identity(props: ParsedProperties): Promise<TlsOptions> {
  const { type, location, password } = store(props, 'ssl.keystore')
  const key = props.secret('ssl.keystore.key')
  const chain = props.secret('ssl.keystore.certificate.chain')
  const keyPassword = props.secret('ssl.key.password')
  const passphrase = keyPassword === null ? {} : { passphrase: keyPassword }
  if (key !== null) {
    if (type !== 'PEM') throw refused(`SSL private key can be specified only for PEM, but key store type is ${type}.`)
    if (location !== null) throw refused('Both SSL key store location and separate private key are specified.')
    if (password !== null)
      throw refused('SSL key store password cannot be specified with PEM format, only key password may be specified.')
    if (chain === null) throw refused('SSL private key is specified, but certificate chain is not specified.')
    return { key, cert: chain, ...passphrase }
  }
  if (chain !== null) throw refused('SSL certificate chain is specified, but private key is not specified')
  if (location === null) {
    if (password !== null) throw refused('SSL key store is not specified, but key store password is specified.')
    return {}
  }
  const bytes = await readStore('ssl.keystore.location', location)
  if (type === 'PEM') {
    if (password !== null)
      throw refused('SSL key store password cannot be specified with PEM format, only key password may be specified.')
    const text = bytes.toString('utf8')
    const [privateKey] = splitPem(text, 'PRIVATE KEY')
    if (privateKey === undefined) throw configError(`SSL key store ${location} holds no private key`)
    return { key: privateKey, cert: splitPem(text, 'CERTIFICATE').join('\n'), ...passphrase }
  }
  if (password === null) throw refused('SSL key store is specified, but key store password is not specified.')
  return fromEntries(readKeyStore(bytes, { name: location, password, keyPassword, withKeys: true }), location)
}

function fromEntries(entries: readonly KeyStoreEntry[], location: string): TlsOptions {
  for (const entry of entries) {
    if (entry.kind === 'key' && entry.chain.length > 0) return { key: entry.privateKey, cert: entry.chain.join('') }
  }
  throw configError(`SSL key store ${location} holds no private key with a certificate`)
}

interface StoreProperties {
  readonly type: string
  readonly location: string | null
  readonly password: string | null
}

function store(props: ParsedProperties, prefix: 'ssl.keystore' | 'ssl.truststore'): StoreProperties {
  const type = props.string(`${prefix}.type`).toUpperCase()
  if (!['JKS', 'PKCS12', 'PEM'].includes(type)) {
    throw configError(`Invalid value ${type} for configuration ${prefix}.type`, { remedy: 'Use JKS, PKCS12 or PEM.' })
  }
  // An empty value in a file means none.
  const location = props.stringOrNull(`${prefix}.location`) || null
  return { type, location, password: props.secret(`${prefix}.password`) || null }
}

async function readStore(property: string, location: string): Promise<Buffer> {
  try {
    return await readFile(location)
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause)
    throw configError(`Failed to load SSL keystore ${location}: ${reason}`, {
      cause,
      remedy: `Check ${property} and that this process may read the file.`,
    })
  }
}

/** The PEM blocks whose label ends with a word: `PRIVATE KEY` also finds encrypted keys. */
function splitPem(text: string, label: 'CERTIFICATE' | 'PRIVATE KEY'): string[] {
  const blocks = text.match(new RegExp(`-----BEGIN ([A-Z0-9 ]*${label})-----[\\s\\S]+?-----END \\1-----`, 'g')) ?? []
  if (blocks.length === 0) {
    throw configError(`No matching ${label} entries in PEM file`, { remedy: `Give a -----BEGIN ${label}----- block.` })
  }
  return blocks.map((block) => `${block}\n`)
}

function versions(props: ParsedProperties): TlsOptions {
  const named = props.list('ssl.enabled.protocols')
  const known = VERSIONS.filter((version) => named.includes(version))
  const unknown = named.find((name) => !VERSIONS.includes(name as TlsVersion))
  if (unknown !== undefined) throw configError(`Invalid value ${unknown} for configuration ssl.enabled.protocols`)
  const [lowest] = known
  const highest = known.at(-1)
  return lowest && highest ? { minVersion: lowest, maxVersion: highest } : {}
}

function ciphers(props: ParsedProperties): TlsOptions {
  const suites = props.list('ssl.cipher.suites')
  return suites.length === 0 ? {} : { ciphers: toOpensslCiphers(suites) }
}

function endpoint(props: ParsedProperties): TlsOptions {
  const algorithm = props.string('ssl.endpoint.identification.algorithm').toLowerCase()
  if (algorithm === 'https') return {}
  if (algorithm === '') return { checkServerIdentity: () => undefined }
  throw configError(`Invalid value ${algorithm} for configuration ssl.endpoint.identification.algorithm`, {
    remedy: 'Use https, or nothing to accept any host name.',
  })
}

function refused(message: string): Error {
  return configError(message)
}
