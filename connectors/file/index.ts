import type { PluginModule } from '../../api/index.ts'
import { CONNECT_VERSION } from '../../compat/baseline.ts'
import { fileSinkConfig, fileSourceConfig } from './config.ts'
import { FileStreamSinkConnector } from './sink-connector.ts'
import { FileStreamSinkTask } from './sink-task.ts'
import { FileStreamSourceConnector } from './source-connector.ts'
import { FileStreamSourceTask } from './source-task.ts'

const fileConnectors: PluginModule = {
  plugins: [
    {
      kind: 'source',
      className: 'org.apache.kafka.connect.file.FileStreamSourceConnector',
      taskClassName: 'org.apache.kafka.connect.file.FileStreamSourceTask',
      version: CONNECT_VERSION,
      config: fileSourceConfig,
      createConnector: () => new FileStreamSourceConnector(),
      createTask: () => new FileStreamSourceTask(),
    },
    {
      kind: 'sink',
      className: 'org.apache.kafka.connect.file.FileStreamSinkConnector',
      taskClassName: 'org.apache.kafka.connect.file.FileStreamSinkTask',
      version: CONNECT_VERSION,
      config: fileSinkConfig,
      createConnector: () => new FileStreamSinkConnector(),
      createTask: () => new FileStreamSinkTask(),
    },
  ],
}

export default fileConnectors
