import { configError } from '../../../api/errors.ts'
import type { Backoff } from '../../core/backoff.ts'
import { parseBootstrapServers } from '../address.ts'
import type { ClusterOptions } from '../cluster.ts'
import type { ParsedProperties } from './parse.ts'
import { makeSasl } from './sasl-config.ts'
import { loadTls } from './tls-config.ts'

/** What every client needs to reach its cluster. Reads key stores. */
export async function loadCluster(props: ParsedProperties): Promise<ClusterOptions> {
  const protocol = props.string('security.protocol').toUpperCase()
  return {
    bootstrap: parseBootstrapServers(bootstrapServers(props)),
    connection: {
      clientId: props.string('client.id') || `sluice-${props.kind}`,
      connectTimeoutMs: props.number('socket.connection.setup.timeout.ms'),
      requestTimeoutMs: props.number('request.timeout.ms'),
      tls: protocol.endsWith('SSL') ? await loadTls(props) : null,
      sasl: protocol.startsWith('SASL') ? makeSasl(props) : null,
    },
    metadataMaxAgeMs: props.number('metadata.max.age.ms'),
    reconnectBackoff: backoff(props, 'reconnect.backoff'),
    retryBackoff: backoff(props, 'retry.backoff'),
  }
}

export function backoff(props: ParsedProperties, prefix: 'reconnect.backoff' | 'retry.backoff'): Backoff {
  return { initialMs: props.number(`${prefix}.ms`), maxMs: props.number(`${prefix}.max.ms`) }
}

function bootstrapServers(props: ParsedProperties): readonly string[] {
  const servers = props.list('bootstrap.servers')
  if (servers.length === 0)
    throw configError('Missing required configuration "bootstrap.servers" which has no default value.')
  return servers
}
