import { ConnectError, isPlainObject, type SinkOffsetChange, type SourceOffsetChange } from '../../../api/index.ts'
import type { ConnectorOffset } from '../../core/answers.ts'
import type { ConnectorDescriptor } from './validation/connector-validation.ts'

/**
 * Has a connector class check offsets that an operator wants to set (KIP-875), on an instance that is not started.
 * True: everything that there is to alter goes through; false: the connector keeps offsets elsewhere too.
 */
export async function alterConnectorOffsets(
  descriptor: ConnectorDescriptor,
  config: Readonly<Record<string, string>>,
  offsets: readonly ConnectorOffset[],
): Promise<boolean> {
  if (descriptor.kind === 'source') {
    const connector = descriptor.createConnector()
    if (connector.alterOffsets === undefined) throw unsupported(config)
    return await connector.alterOffsets(config, offsets.map(sourceChange))
  }
  const connector = descriptor.createConnector()
  // A sink without a say in the matter has its offsets in Kafka alone, where they can be changed.
  if (connector.alterOffsets === undefined) return false
  return await connector.alterOffsets(config, offsets.map(sinkChange))
}

function sourceChange({ partition, offset }: ConnectorOffset): SourceOffsetChange {
  return { partition: isPlainObject(partition) ? partition : null, offset: isPlainObject(offset) ? offset : null }
}

function sinkChange({ partition, offset }: ConnectorOffset): SinkOffsetChange {
  const { topic, partition: number } = partition as { topic: string; partition: number }
  return { topic, partition: number, offset: offset as number | null }
}

function unsupported(config: Readonly<Record<string, string>>): ConnectError {
  return new ConnectError(
    'UNSUPPORTED',
    `Failed to modify offsets for connector ${config['name'] ?? ''} because it doesn't support external modification of offsets`,
  )
}
