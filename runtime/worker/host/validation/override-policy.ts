/** Which client properties a connector may set: `connector.client.config.override.policy` (KIP-458, KIP-1188). */
interface Policy {
  readonly name: string
  allows(property: string): boolean
}

type ClientPrefix = 'producer.override.' | 'consumer.override.' | 'admin.override.'

const principalProperties = new Set(['sasl.jaas.config', 'sasl.mechanism', 'security.protocol'])
const suffix = 'ConnectorClientConfigOverridePolicy'

function policyOf(worker: Readonly<Record<string, string>>): Policy {
  const given = worker['connector.client.config.override.policy']?.trim() ?? 'All'
  const simple = given.slice(given.lastIndexOf('.') + 1)
  const name = simple.endsWith(suffix) ? simple.slice(0, -suffix.length) : simple
  switch (name) {
    case 'None':
      return { name, allows: () => false }
    case 'Principal':
      return { name, allows: (property) => principalProperties.has(property) }
    case 'Allowlist': {
      const allowed = (worker['connector.client.config.override.allowlist'] ?? '')
        .split(',')
        .map((property) => property.trim())
      return { name, allows: (property) => allowed.includes(property) }
    }
    default:
      return { name, allows: () => true }
  }
}

/** Whether the worker file names a policy that exists. */
export function isKnownPolicy(text: string): boolean {
  return ['All', 'None', 'Principal', 'Allowlist'].some(
    (name) => text === name || text.endsWith(`.${name}${suffix}`) || text === `${name}${suffix}`,
  )
}

/** Overrides that the policy refuses, with Connect's text; only those of clients that this kind of connector has. */
export function overrideFaults(
  worker: Readonly<Record<string, string>>,
  config: Readonly<Record<string, string>>,
  kind: 'source' | 'sink',
): [key: string, error: string][] {
  const policy = policyOf(worker)
  return clientPrefixes(config, kind).flatMap((prefix) =>
    Object.keys(config)
      .filter((key) => key.startsWith(prefix) && !policy.allows(key.slice(prefix.length)))
      .map((key): [string, string] => [
        key,
        `The '${policy.name}' policy does not allow '${key.slice(prefix.length)}' to be overridden in the connector configuration.`,
      ]),
  )
}

function clientPrefixes(config: Readonly<Record<string, string>>, kind: 'source' | 'sink'): ClientPrefix[] {
  if (kind === 'source') {
    const createsTopics = Object.keys(config).some((key) => key.startsWith('topic.creation.'))
    const ownOffsets = config['offsets.storage.topic'] !== undefined
    return [
      'producer.override.',
      ...(ownOffsets ? (['consumer.override.'] as const) : []),
      ...(createsTopics ? (['admin.override.'] as const) : []),
    ]
  }
  const deadLetters = (config['errors.deadletterqueue.topic.name'] ?? '').trim() !== ''
  return ['consumer.override.', ...(deadLetters ? (['producer.override.', 'admin.override.'] as const) : [])]
}
