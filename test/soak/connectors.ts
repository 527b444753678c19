import type { ConnectorStatus } from '../support/rest-client.ts'
import type { TestWorker } from '../support/worker.ts'

/** A file connector's configuration, in Java's names: both workers take it. */
export type FileConnector = Readonly<Record<string, string>>

const file = 'org.apache.kafka.connect.file'

export function fileSource(path: string, topic: string): FileConnector {
  return { 'connector.class': `${file}.FileStreamSourceConnector`, 'tasks.max': '1', file: path, topic }
}

export function fileSink(path: string, topics: string): FileConnector {
  return { 'connector.class': `${file}.FileStreamSinkConnector`, 'tasks.max': '1', file: path, topics }
}

/** @throws with the trace of a task that has failed: nothing more would come of it */
export async function assertRunning(worker: TestWorker, connectors: readonly string[]): Promise<void> {
  for (const name of connectors) {
    const { tasks } = await worker.rest.get<ConnectorStatus>(`/connectors/${name}/status`)
    const failed = tasks.find(({ state }) => state === 'FAILED')
    if (failed !== undefined) throw new Error(`${name} failed: ${failed.trace ?? ''}`)
  }
}
