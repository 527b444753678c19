import { isRetriable, type Logger } from '../../api/index.ts'
import type { KafkaAdmin } from '../kafka/admin/admin.ts'

/** How long a worker looks for its cluster before it gives up, as the original's `default.api.timeout.ms`. */
const lookMs = 60_000
const attemptMs = 5000

/**
 * The id of the Kafka cluster, the first thing that a worker asks for. Brokers that start together with it are waited
 * for, but not in silence; what waiting does not mend (credentials, TLS) ends it at once.
 */
export async function clusterIdOf(admin: KafkaAdmin, log: Logger): Promise<string> {
  const endMs = Date.now() + lookMs
  for (;;) {
    try {
      return await admin.clusterId({ timeoutMs: Math.min(attemptMs, Math.max(endMs - Date.now(), 1)) })
    } catch (error) {
      if (!isRetriable(error) || Date.now() >= endMs) throw error
      log.warn(`Kafka does not answer yet: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
}
