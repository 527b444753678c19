import { readFileSync } from 'node:fs'
import type { SecureContextOptions } from 'node:tls'
import { configError } from '../../api/index.ts'
import { readKeyStore } from '../../compat/keystore/keystore.ts'
import type { RegistrySettings } from './config.ts'

export interface TlsOptions extends SecureContextOptions {
  readonly checkServerIdentity?: () => undefined
}

/** Options for Node's TLS from `schema.registry.ssl.*`. Reads the stores. @throws `CONFIG_INVALID` */
export function loadTls(ssl: RegistrySettings['ssl']): TlsOptions {
  return { ...trust(ssl), ...identity(ssl), ...endpoint(ssl) }
}

function trust(ssl: RegistrySettings['ssl']): TlsOptions {
  const inline = ssl('truststore.certificates')
  if (inline !== null) return { ca: pemBlocks(inline, 'CERTIFICATE', 'truststore.certificates') }
  const location = ssl('truststore.location')
  if (location === null) return {}
  const bytes = readStore(location, 'truststore')
  if (typeOf(ssl, 'truststore') === 'PEM')
    return { ca: pemBlocks(bytes.toString(), 'CERTIFICATE', 'truststore.location') }
  const entries = readKeyStore(bytes, { name: location, password: ssl('truststore.password'), withKeys: false })
  const ca = entries.flatMap((entry) => (entry.kind === 'trusted' ? [entry.certificate] : []))
  if (ca.length > 0) return { ca }
  throw configError(`SSL trust store ${location} holds no trusted certificate`)
}

function identity(ssl: RegistrySettings['ssl']): TlsOptions {
  const keyPassword = ssl('key.password')
  const passphrase = keyPassword === null ? {} : { passphrase: keyPassword }
  const inline = ssl('keystore.key')
  if (inline !== null) {
    const chain = ssl('keystore.certificate.chain')
    if (chain !== null) return { key: inline, cert: chain, ...passphrase }
    throw configError('SSL private key is specified, but certificate chain is not specified.')
  }
  const location = ssl('keystore.location')
  if (location === null) return {}
  const bytes = readStore(location, 'keystore')
  if (typeOf(ssl, 'keystore') === 'PEM') {
    const text = bytes.toString()
    const [key] = pemBlocks(text, 'PRIVATE KEY', 'keystore.location')
    return { key, cert: pemBlocks(text, 'CERTIFICATE', 'keystore.location').join('\n'), ...passphrase }
  }
  const password = ssl('keystore.password')
  for (const entry of readKeyStore(bytes, { name: location, password, keyPassword, withKeys: true })) {
    if (entry.kind === 'key' && entry.chain.length > 0) return { key: entry.privateKey, cert: entry.chain.join('') }
  }
  throw configError(`SSL key store ${location} holds no private key with a certificate`)
}

function endpoint(ssl: RegistrySettings['ssl']): TlsOptions {
  const algorithm = ssl('endpoint.identification.algorithm')?.toLowerCase()
  if (algorithm === 'https') return {}
  if (algorithm === undefined) return { checkServerIdentity: () => undefined }
  throw configError(
    `Invalid value ${algorithm} for configuration schema.registry.ssl.endpoint.identification.algorithm`,
    {
      remedy: 'Use https, or nothing to accept any host name.',
    },
  )
}

function typeOf(ssl: RegistrySettings['ssl'], store: 'keystore' | 'truststore'): string {
  const type = ssl(`${store}.type`)?.toUpperCase() ?? 'JKS'
  if (['JKS', 'PKCS12', 'PEM'].includes(type)) return type
  throw configError(`Invalid value ${type} for configuration schema.registry.ssl.${store}.type`, {
    remedy: 'Use JKS, PKCS12 or PEM.',
  })
}

function readStore(location: string, store: 'keystore' | 'truststore'): Buffer {
  try {
    return readFileSync(location)
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause)
    throw configError(`Failed to load SSL keystore ${location}: ${reason}`, {
      cause,
      remedy: `Check schema.registry.ssl.${store}.location and that this process may read the file.`,
    })
  }
}

/** The blocks whose label ends with a word: `PRIVATE KEY` also finds encrypted keys. */
function pemBlocks(text: string, label: 'CERTIFICATE' | 'PRIVATE KEY', property: string): string[] {
  const blocks = text.match(new RegExp(`-----BEGIN ([A-Z0-9 ]*${label})-----[\\s\\S]+?-----END \\1-----`, 'g')) ?? []
  if (blocks.length > 0) return blocks.map((block) => `${block}\n`)
  throw configError(`No ${label} in the PEM of schema.registry.ssl.${property}`, {
    remedy: `Give a -----BEGIN ${label}----- block.`,
  })
}
