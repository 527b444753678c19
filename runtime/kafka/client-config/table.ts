import { commonProperties } from './common-properties.ts'
import { consumerProperties } from './consumer-properties.ts'
import { producerProperties } from './producer-properties.ts'
import type { ClientKind, ClientProperty } from './property.ts'
import { saslProperties } from './sasl-properties.ts'
import { tlsProperties } from './tls-properties.ts'

/** Every property of the Java clients 4.3.1: the one source for parsing and for docs/client-properties.md. */
export const clientProperties: readonly ClientProperty[] = [
  ...commonProperties,
  ...tlsProperties,
  ...saslProperties,
  ...producerProperties,
  ...consumerProperties,
]

/** The properties of one client, by name. */
export function propertiesOf(kind: ClientKind): ReadonlyMap<string, ClientProperty> {
  return new Map(clientProperties.filter((p) => p.clients.includes(kind)).map((p) => [p.name, p]))
}
