import { ConnectError } from '../../api/index.ts'
import type { ConfigMap } from '../core/ids.ts'
import { withPrefix } from '../core/with-prefix.ts'
import { parseClientProperties } from '../kafka/client-config/parse.ts'
import { loadTls } from '../kafka/client-config/tls-config.ts'
import type { TlsServerOptions } from '../rest/server.ts'

type Tls = Awaited<ReturnType<typeof loadTls>>

/** Whose `ssl.*` count: those under `listeners.https.`, say, or the plain ones when there is none of them. Never a mix. */
export type ListenerPrefix = 'listeners.https.' | 'admin.listeners.https.'

/**
 * What https listeners need, from the `ssl.*` of the worker file (key stores as keytool makes them, or PEM).
 * @throws `CONFIG_INVALID` for stores that cannot be read, and when there is no key to serve with
 */
export async function serverTls(worker: ConfigMap, prefix: ListenerPrefix): Promise<TlsServerOptions> {
  const properties = sslProperties(worker, prefix)
  const tls = await load(properties)
  if (tls.key === undefined) {
    const listeners = prefix.slice(0, -'.https.'.length)
    throw new ConnectError('CONFIG_INVALID', `${listeners} has https, and there is no key to serve it with`, {
      remedy: `Set ${prefix}ssl.keystore.location and ${prefix}ssl.keystore.password, or the same without ${prefix}`,
    })
  }
  const wanted = (properties['ssl.client.auth'] ?? 'none').trim().toLowerCase()
  if (!['none', 'requested', 'required'].includes(wanted)) {
    throw new ConnectError('CONFIG_INVALID', `Invalid value ${wanted} for configuration ssl.client.auth`, {
      remedy: 'Use none, requested or required.',
    })
  }
  // Of a client's options those that a server has as well.
  const context = pick(tls, 'key', 'cert', 'ca', 'passphrase', 'ciphers', 'minVersion', 'maxVersion')
  return { ...context, requestCert: wanted !== 'none', rejectUnauthorized: wanted === 'required' }
}

/** What a request to another worker needs whose listener is https; null when the file says nothing of TLS. */
export async function forwardingTls(worker: ConfigMap): Promise<Tls | null> {
  const properties = sslProperties(worker, 'listeners.https.')
  return Object.keys(properties).length === 0 ? null : await load(properties)
}

function sslProperties(worker: ConfigMap, prefix: ListenerPrefix): Record<string, string> {
  const own = withPrefix(worker, prefix)
  const all = Object.keys(own).length > 0 ? own : worker
  return Object.fromEntries(Object.entries(all).filter(([key]) => key.startsWith('ssl.')))
}

function pick<T extends object, K extends keyof T>(from: T, ...keys: readonly K[]): Pick<T, K> {
  return Object.fromEntries(keys.filter((key) => key in from).map((key) => [key, from[key]])) as Pick<T, K>
}

/** The stores are described as for Kafka's clients, which is where they are read. */
async function load(properties: Readonly<Record<string, string>>): Promise<Tls> {
  const { 'ssl.client.auth': _, ...client } = properties
  return await loadTls(parseClientProperties('admin', { 'bootstrap.servers': 'none:1', ...client }))
}
