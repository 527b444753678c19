import {
  ConnectError,
  isFloat64,
  type OffsetMap,
  type Props,
  type SourceConnector,
  type SourceConnectorContext,
  type SourceOffsetChange,
} from '../../api/index.ts'
import { fileName, fileSourceConfig } from './config.ts'

export const filenameField = 'filename'
export const positionField = 'position'

/** One task reads the file, whatever `tasks.max` says: a file has one order. */
export class FileStreamSourceConnector implements SourceConnector {
  #props: Props = {}

  start(context: SourceConnectorContext, props: Props): void {
    this.#props = props
    const file = fileName(fileSourceConfig.parse(props))
    context.log.info(`Starting file source connector reading from ${file ?? 'standard input'}`)
  }

  taskConfigs(): readonly Props[] {
    return [this.#props]
  }

  stop(): void {
    // Nothing is held: the task owns the file.
  }

  exactlyOnceSupport(props: Props): 'SUPPORTED' | 'UNSUPPORTED' {
    return fileName(fileSourceConfig.parse(props)) === null ? 'UNSUPPORTED' : 'SUPPORTED'
  }

  canDefineTransactionBoundaries(): 'UNSUPPORTED' {
    return 'UNSUPPORTED'
  }

  alterOffsets(props: Props, offsets: readonly SourceOffsetChange[]): boolean {
    if (fileName(fileSourceConfig.parse(props)) === null) {
      throw new ConnectError(
        'CONNECT_FAILED',
        "Offsets cannot be modified if the 'file' configuration is unspecified. This is because stdin is used for input and offsets are not tracked.",
      )
    }
    for (const change of offsets) {
      // An offset of null resets, whatever the partition: it also clears up what a faulty tool wrote.
      if (change.offset === null) continue
      checkPosition(change.offset)
      checkPartition(change.partition)
    }
    return true
  }
}

function checkPosition(offset: Readonly<Record<string, unknown>>): void {
  if (!Object.hasOwn(offset, positionField)) {
    throw refused("Offset objects should either be null or contain the key 'position'")
  }
  const position = offset[positionField]
  const integer = typeof position === 'bigint' || (typeof position === 'number' && Number.isInteger(position))
  if (!integer || isFloat64(position)) {
    throw refused("The value for the 'position' key in the offset is expected to be a Long value")
  }
  if (position < 0) throw refused("The value for the 'position' key in the offset should be a non-negative value")
}

function checkPartition(partition: SourceOffsetChange['partition']): void {
  if (partition === null) throw refused('Partition objects cannot be null')
  if (!Object.hasOwn(partition, filenameField)) throw refused("Partition objects should contain the key 'filename'")
}

function refused(message: string): ConnectError {
  return new ConnectError('CONNECT_FAILED', message)
}

/** The position to resume at; null for none stored. @throws when the stored one is no position */
export function storedPosition(offset: OffsetMap | null): number | null {
  const position = offset?.[positionField] ?? null
  if (position === null) return null
  if (typeof position === 'number' && Number.isSafeInteger(position) && position >= 0) return position
  throw new ConnectError('CONNECT_FAILED', 'Offset position is the incorrect type')
}
