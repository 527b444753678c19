import { atLeast, configError, defineConfig, isPassword, type Password, type Props } from '../../api/index.ts'

const SSL = 'schema.registry.ssl.'

/** What a converter's configuration says about the registry, in the order of the documentation. */
export const REGISTRY_KEYS = {
  'schema.registry.url': {
    type: 'LIST',
    importance: 'HIGH',
    doc: 'Addresses of the schema registry, separated by commas: the next is asked when one does not answer.',
  },
  'max.schemas.per.subject': {
    type: 'INT',
    default: 1000,
    importance: 'LOW',
    doc: 'Most schemas and ids kept in memory.',
  },
  'basic.auth.credentials.source': {
    type: 'STRING',
    default: 'URL',
    importance: 'MEDIUM',
    doc: 'Where user and password come from: URL, USER_INFO (basic.auth.user.info) or SASL_INHERIT (sasl.jaas.config).',
  },
  'basic.auth.user.info': {
    type: 'PASSWORD',
    default: null,
    importance: 'MEDIUM',
    doc: 'User and password as user:password, with basic.auth.credentials.source=USER_INFO.',
  },
  'bearer.auth.credentials.source': {
    type: 'STRING',
    default: 'STATIC_TOKEN',
    importance: 'MEDIUM',
    doc: 'Where the bearer token comes from: STATIC_TOKEN (bearer.auth.token).',
  },
  'bearer.auth.token': { type: 'PASSWORD', default: null, importance: 'MEDIUM', doc: 'A bearer token, sent as it is.' },
  'sasl.jaas.config': {
    type: 'PASSWORD',
    default: null,
    importance: 'LOW',
    doc: 'User and password in the form of JAAS, with basic.auth.credentials.source=SASL_INHERIT.',
  },
  'http.connect.timeout.ms': {
    type: 'INT',
    default: 60_000,
    validator: atLeast(1),
    importance: 'LOW',
    doc: 'How long a connection to the registry may take, in milliseconds.',
  },
  'http.read.timeout.ms': {
    type: 'INT',
    default: 60_000,
    validator: atLeast(1),
    importance: 'LOW',
    doc: 'How long an answer of the registry may take, in milliseconds.',
  },
  'max.retries': {
    type: 'INT',
    default: 3,
    validator: atLeast(0),
    importance: 'LOW',
    doc: 'How often a request is sent again when no registry answers, or one is not ready (408, 429, 5xx).',
  },
  'retries.wait.ms': {
    type: 'INT',
    default: 1000,
    validator: atLeast(0),
    importance: 'LOW',
    doc: 'Wait before the first retry, in milliseconds; each further one waits twice as long.',
  },
  'retries.max.wait.ms': {
    type: 'INT',
    default: 20_000,
    validator: atLeast(0),
    importance: 'LOW',
    doc: 'Longest wait before a retry, in milliseconds.',
  },
  [`${SSL}truststore.location`]: {
    type: 'STRING',
    default: null,
    importance: 'HIGH',
    doc: 'File of trusted certificates.',
  },
  [`${SSL}truststore.password`]: { type: 'PASSWORD', default: null, importance: 'HIGH', doc: 'Its password.' },
  [`${SSL}truststore.type`]: {
    type: 'STRING',
    default: 'JKS',
    importance: 'MEDIUM',
    doc: 'JKS, PKCS12 or PEM; JKS and PKCS12 are told apart by content.',
  },
  [`${SSL}truststore.certificates`]: {
    type: 'PASSWORD',
    default: null,
    importance: 'HIGH',
    doc: 'Trusted certificates in PEM, with type PEM.',
  },
  [`${SSL}keystore.location`]: {
    type: 'STRING',
    default: null,
    importance: 'HIGH',
    doc: 'File of our own key and certificate, where the registry asks for them.',
  },
  [`${SSL}keystore.password`]: { type: 'PASSWORD', default: null, importance: 'HIGH', doc: 'Its password.' },
  [`${SSL}keystore.type`]: { type: 'STRING', default: 'JKS', importance: 'MEDIUM', doc: 'JKS, PKCS12 or PEM.' },
  [`${SSL}keystore.key`]: {
    type: 'PASSWORD',
    default: null,
    importance: 'HIGH',
    doc: 'Our key in PEM, with type PEM.',
  },
  [`${SSL}keystore.certificate.chain`]: {
    type: 'PASSWORD',
    default: null,
    importance: 'HIGH',
    doc: 'Our certificates in PEM, with type PEM.',
  },
  [`${SSL}key.password`]: { type: 'PASSWORD', default: null, importance: 'HIGH', doc: 'Password of the key.' },
  [`${SSL}endpoint.identification.algorithm`]: {
    type: 'STRING',
    default: 'https',
    importance: 'LOW',
    doc: 'https, or empty to accept any host name.',
  },
} as const

const registryConfig = defineConfig(REGISTRY_KEYS)

/** The registry of one converter, checked. */
export interface RegistrySettings {
  /** Without user, password and a slash at the end; at least one. */
  readonly urls: readonly URL[]
  /** The value of the header `Authorization` for each address, null for none. */
  readonly credentials: CredentialSettings
  /** `request.header.*`, prefix removed. */
  readonly headers: Readonly<Record<string, string>>
  readonly cacheSize: number
  readonly connectTimeoutMs: number
  readonly readTimeoutMs: number
  readonly retries: number
  readonly retryWaitMs: number
  readonly retryWaitMsMax: number
  /** The text of `schema.registry.ssl.<name>`; null for none. */
  readonly ssl: (name: string) => string | null
}

export interface CredentialSettings {
  readonly basicSource: string
  readonly userInfo: string | null
  readonly bearerSource: string
  readonly bearerToken: string | null
  readonly jaas: string | null
}

const REQUEST_HEADER = 'request.header.'
const PREFIX = 'schema.registry.'

/** @throws `CONFIG_INVALID` */
export function parseRegistryConfig(given: Props): RegistrySettings {
  const props = withoutPrefix(given)
  const config = registryConfig.parse(props)
  const headers = Object.entries(props).filter(([name]) => name.startsWith(REQUEST_HEADER))
  return {
    urls: parseUrls(config['schema.registry.url']),
    credentials: {
      basicSource: config['basic.auth.credentials.source'],
      userInfo: secret(config['basic.auth.user.info']),
      bearerSource: config['bearer.auth.credentials.source'],
      bearerToken: secret(config['bearer.auth.token']),
      jaas: secret(config['sasl.jaas.config']),
    },
    headers: Object.fromEntries(headers.map(([name, value]) => [name.slice(REQUEST_HEADER.length), value ?? ''])),
    cacheSize: Math.max(1, config['max.schemas.per.subject']),
    connectTimeoutMs: config['http.connect.timeout.ms'],
    readTimeoutMs: config['http.read.timeout.ms'],
    retries: config['max.retries'],
    retryWaitMs: config['retries.wait.ms'],
    retryWaitMsMax: config['retries.max.wait.ms'],
    ssl(name) {
      const value: unknown = (config as Readonly<Record<string, unknown>>)[SSL + name]
      const text = isPassword(value) ? value.reveal() : value
      return typeof text === 'string' && text !== '' ? text : null
    },
  }
}

/** `schema.registry.basic.auth.user.info` means `basic.auth.user.info`, and so on; the longer name comes first. */
function withoutPrefix(given: Props): Props {
  const props: [string, string | null][] = []
  const longer: [string, string | null][] = []
  for (const [name, value] of Object.entries(given)) {
    if (!name.startsWith(PREFIX) || name === 'schema.registry.url' || name.startsWith(SSL)) props.push([name, value])
    else longer.push([name.slice(PREFIX.length), value])
  }
  return Object.fromEntries([...props, ...longer])
}

function secret(value: Password | null): string | null {
  return value === null || value.reveal() === '' ? null : value.reveal()
}

function parseUrls(list: readonly string[]): readonly URL[] {
  const urls = list.filter((text) => text !== '').map(parseUrl)
  if (urls.length > 0) return urls
  throw configError('Missing required configuration "schema.registry.url" which has no default value.', {
    remedy: 'Set schema.registry.url (with the prefix of the converter) to the address of the schema registry.',
  })
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return url
  // The text may hold a password, so it is not shown.
  throw configError('Invalid value for configuration schema.registry.url: not an http or https address', {
    remedy: 'Write for example http://registry:8081; several addresses are separated by commas.',
  })
}
