import { localError } from './errors.ts'

/** Where a broker listens. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** Kafka's own pattern: an optional protocol name, a host or a bracketed IPv6 address, a port. */
const HOST_PORT = /^(?:[a-zA-Z]+:\/\/)?(?:\[([0-9a-zA-Z\-%._:]*)\]|([0-9a-zA-Z\-%._]*)):([0-9]+)$/

/** One entry of `bootstrap.servers`; null when it is not `host:port`. */
export function parseAddress(text: string): Address | null {
  const match = HOST_PORT.exec(text.trim())
  const host = match?.[1] ?? match?.[2]
  const port = Number(match?.[3])
  if (!host || !(port >= 1 && port <= 65535)) return null
  return { host, port }
}

/** `bootstrap.servers`, comma-separated. Throws with Kafka's text on a malformed entry. */
export function parseBootstrapServers(entries: readonly string[]): Address[] {
  const addresses = entries
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map((entry) => {
      const address = parseAddress(entry)
      if (!address) throw invalid(`Invalid url in bootstrap.servers: ${entry}`)
      return address
    })
  if (addresses.length === 0) throw invalid('No resolvable bootstrap urls given in bootstrap.servers')
  return addresses
}

function invalid(message: string): Error {
  return localError('KAFKA_CONFIG_INVALID', message, { remedy: 'Give host:port pairs; IPv6 addresses in brackets.' })
}

/** `host:port`, IPv6 in brackets. */
export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
