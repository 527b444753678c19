import { BrokerError } from './broker-error.ts'

/** The brokers that are to have one partition. */
export interface Assignment {
  readonly brokerIds: readonly number[]
}

/** Refuses places for replicas that do not exist: there is one broker. @throws BrokerError */
export function checkAssignments(assignments: readonly Assignment[], nodeId: number): void {
  const fault = (message: string): BrokerError => new BrokerError('INVALID_REPLICA_ASSIGNMENT', message)
  for (const { brokerIds } of assignments) {
    if (brokerIds.length === 0) throw fault('The manual partition assignment includes an empty replica list.')
    for (const [index, id] of brokerIds.entries()) {
      if (id !== nodeId)
        throw fault(`The manual partition assignment includes broker ${id}, but no such broker is registered.`)
      if (index > 0) throw fault(`The manual partition assignment includes the broker ${id} more than once.`)
    }
  }
}

/** Refuses a set of partitions with a gap or with one of them twice. @throws BrokerError */
export function checkIndexes(indexes: readonly number[]): void {
  const fault = (message: string): BrokerError => new BrokerError('INVALID_REPLICA_ASSIGNMENT', message)
  const twice = indexes.find((partition, index) => indexes.indexOf(partition) !== index)
  if (twice !== undefined) throw fault(`Found multiple manual partition assignments for partition ${twice}`)
  if (indexes.toSorted((a, b) => a - b).some((partition, index) => partition !== index))
    throw fault('partitions should be a consecutive 0-based integer sequence')
}
