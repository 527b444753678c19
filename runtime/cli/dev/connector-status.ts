import { HerderError } from '../../herder/errors.ts'
import type { ConnectorStateInfo, Herder } from '../../herder/herder.ts'

/** The status of a connector; null for one that was deleted in the meantime, or that nobody has started yet. */
export function statusOrNull(herder: Herder, name: string): ConnectorStateInfo | null {
  try {
    return herder.connectorStatus(name)
  } catch (error) {
    if (error instanceof HerderError && error.status === 404) return null
    throw error
  }
}
