import type { ConnectorContext, Props, SinkConnector } from '../../api/index.ts'
import { fileName, fileSinkConfig } from './config.ts'

/** As many tasks as `tasks.max`, all appending to the one file. */
export class FileStreamSinkConnector implements SinkConnector {
  #props: Props = {}

  start(context: ConnectorContext, props: Props): void {
    this.#props = props
    const file = fileName(fileSinkConfig.parse(props))
    context.log.info(`Starting file sink connector writing to ${file ?? 'standard output'}`)
  }

  taskConfigs(tasksMax: number): readonly Props[] {
    return Array.from({ length: tasksMax }, () => this.#props)
  }

  stop(): void {
    // Nothing is held: the tasks own the file.
  }

  /** Offsets are Kafka's own: there is nothing here that could stand against a change. */
  alterOffsets(): boolean {
    return true
  }
}
