import { ConnectError } from '../../api/index.ts'
import type { ConfigMap } from '../core/ids.ts'
import { isKnownPolicy } from '../worker/host/validation/override-policy.ts'

interface Refusal {
  readonly key: string
  /** True when the value asks for what is not there. */
  readonly asks: (value: string) => boolean
  readonly why: string
  readonly remedy: string
}

const refusals: readonly Refusal[] = [
  {
    key: 'exactly.once.source.support',
    asks: (value) => value.toLowerCase() !== 'disabled',
    why: 'exactly-once support for source connectors is not there yet',
    remedy: 'Remove the line, or set it to disabled; sources then deliver at least once.',
  },
  {
    key: 'rest.extension.classes',
    asks: (value) => value !== '',
    why: 'REST extensions do not run here, and leaving one out that checks callers would open the API',
    remedy: 'Remove the line and put a proxy that checks callers before the worker.',
  },
  {
    key: 'connector.client.config.override.policy',
    asks: (value) => !isKnownPolicy(value),
    why: 'there is no such policy',
    remedy: 'Use All, None, Principal or Allowlist.',
  },
]

/** Says at start what a worker file asks for and would not get. @throws `CONFIG_INVALID` */
export function checkSupported(properties: ConfigMap): void {
  for (const { key, asks, why, remedy } of refusals) {
    const value = properties[key]?.trim()
    if (value !== undefined && asks(value)) {
      throw new ConnectError('CONFIG_INVALID', `${key}=${value} cannot be honoured: ${why}`, { remedy })
    }
  }
}
