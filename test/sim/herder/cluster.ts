/** What a group member needs of a Kafka cluster, over the simulated network. */
import type { KafkaCluster } from '../../../runtime/kafka/cluster.ts'
import { brokerError, codeOf, type ErrorName } from '../../../runtime/kafka/errors.ts'
import type { RequestOf } from '../../../runtime/kafka/protocol/api.ts'
import { heartbeat } from '../../../runtime/kafka/protocol/heartbeat.ts'
import { joinGroup } from '../../../runtime/kafka/protocol/join-group.ts'
import { leaveGroup } from '../../../runtime/kafka/protocol/leave-group.ts'
import { syncGroup } from '../../../runtime/kafka/protocol/sync-group.ts'
import type { GroupReply, GroupRequest } from '../group-coordinator.ts'
import type { Network } from '../network.ts'
import type { Gate } from './gate.ts'

interface Limits {
  readonly signal?: AbortSignal
}

/** Group requests only; everything else of the class is missing. */
export function simulatedCluster(network: Network, gate: Gate): KafkaCluster {
  const answered = <T>(
    signal: AbortSignal | undefined,
    send: (done: (value: T) => void, failed: (error: string) => void) => void,
  ): Promise<T> =>
    new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
      const through = (run: () => void): void => {
        if (!gate.isCut) gate.enter(run)
      }
      if (gate.isCut) return
      send(
        (value) => through(() => resolve(value)),
        (error) => through(() => reject(networkError(error))),
      )
    })
  const cluster = {
    coordinator: (_kind: string, _key: string, signal?: AbortSignal) =>
      answered<number>(signal, (done, failed) => network.findCoordinator(done, failed)),
    request: async (node: number, api: unknown, body: unknown, { signal }: Limits = {}) => {
      const reply = await answered<GroupReply>(signal, (done, failed) =>
        network.send(node, toRequest(api, body), done, failed),
      )
      return toAnswer(reply)
    },
  }
  return cluster as unknown as KafkaCluster
}

function networkError(name: string): Error {
  return name === 'DISCONNECTED'
    ? new Error('the connection was lost')
    : brokerError(codeOf(name as ErrorName), 'asking')
}

function toRequest(api: unknown, body: unknown): GroupRequest {
  switch (api) {
    case joinGroup: {
      const { memberId, sessionTimeoutMs, rebalanceTimeoutMs = 0, protocols } = body as RequestOf<typeof joinGroup>
      return { kind: 'join', memberId, sessionTimeoutMs, rebalanceTimeoutMs, protocols: [...protocols] }
    }
    case syncGroup: {
      const { memberId, generationId, assignments } = body as RequestOf<typeof syncGroup>
      return { kind: 'sync', memberId, generation: generationId, assignments: [...assignments] }
    }
    case heartbeat: {
      const { memberId, generationId } = body as RequestOf<typeof heartbeat>
      return { kind: 'heartbeat', memberId, generation: generationId }
    }
    case leaveGroup:
      return { kind: 'leave', memberId: (body as { readonly memberId: string }).memberId }
  }
  throw new Error('the simulated broker does not know this request')
}

function toAnswer(reply: GroupReply): unknown {
  switch (reply.kind) {
    case 'ok':
      return { errorCode: 0, members: [] }
    case 'error':
      return { errorCode: codeOf(reply.error as ErrorName), memberId: reply.memberId ?? '', members: [] }
    case 'synced':
      return { errorCode: 0, assignment: Buffer.from(reply.assignment) }
    case 'joined':
      return {
        errorCode: 0,
        memberId: reply.memberId,
        generationId: reply.generation,
        protocolName: reply.protocol,
        leader: reply.leader,
        skipAssignment: false,
        members: reply.members.map(({ memberId, metadata }) => ({
          memberId,
          groupInstanceId: null,
          metadata: Buffer.from(metadata),
        })),
      }
  }
}
