import type { PluginModule } from '../../api/index.ts'
import { fileSinkConfig, fileSourceConfig } from './config.ts'
import { FileStreamSinkConnector } from './sink-connector.ts'
import { FileStreamSinkTask } from './sink-task.ts'
import { FileStreamSourceConnector } from './source-connector.ts'
import { FileStreamSourceTask } from './source-task.ts'

/** The version of Kafka whose file connectors these equal. */
const version = '4.3.1'

const fileConnectors: PluginModule = {
  plugins: [
    {
      kind: 'source',
      className: 'org.apache.kafka.connect.file.FileStreamSourceConnector',
      taskClassName: 'org.apache.kafka.connect.file.FileStreamSourceTask',
      version,
      config: fileSourceConfig,
      createConnector: () => new FileStreamSourceConnector(),
      createTask: () => new FileStreamSourceTask(),
    },
    {
      kind: 'sink',
      className: 'org.apache.kafka.connect.file.FileStreamSinkConnector',
      taskClassName: 'org.apache.kafka.connect.file.FileStreamSinkTask',
      version,
      config: fileSinkConfig,
      createConnector: () => new FileStreamSinkConnector(),
      createTask: () => new FileStreamSinkTask(),
    },
  ],
}

export default fileConnectors
