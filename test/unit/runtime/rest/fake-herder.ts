import { HerderError } from '../../../../runtime/herder/errors.ts'
import type { ConnectorInfo, ConnectorStateInfo, Herder } from '../../../../runtime/herder/herder.ts'

export const info: ConnectorInfo = {
  name: 'src',
  config: { 'connector.class': 'FileStreamSource', name: 'src', topic: 't', secret: '${file:/etc/s:k}' },
  tasks: [{ connector: 'src', task: 0 }],
  type: 'source',
}

export const state: ConnectorStateInfo = {
  name: 'src',
  connector: { state: 'RUNNING', worker_id: '10.0.0.5:8083', version: '4.3.1' },
  tasks: [{ id: 0, state: 'FAILED', worker_id: '10.0.0.6:8083', version: null, trace: 'boom\n\tat x' }],
  type: 'source',
}

/** One call of a herder: the method's name, then what it was given. */
export type Call = readonly [method: string, ...args: unknown[]]

/** A herder that writes down what it is asked; single answers can be replaced. */
export function fakeHerder(answers: Partial<Herder> = {}): Herder & { readonly calls: Call[] } {
  const calls: Call[] = []
  const noted =
    <A extends unknown[], R>(method: keyof Herder, answer: (...args: A) => R) =>
    (...args: A): R => {
      calls.push([method, ...args])
      const replaced = answers[method] as ((...args: A) => R) | undefined
      return (replaced ?? answer)(...args)
    }
  const unknown = (name: string): never => {
    throw new HerderError(404, `Connector ${name} not found`)
  }
  return {
    calls,
    serverInfo: noted('serverInfo', () => ({ version: '4.3.1', commit: 'abc', kafka_cluster_id: 'id' })),
    isReady: noted('isReady', () => true),
    stage: noted('stage', () => 'The worker is currently computing.'),
    ping: noted('ping', () => Promise.resolve()),
    connectors: noted('connectors', () => ['src', 'new']),
    connectorInfo: noted('connectorInfo', async (name) => (name === 'none' ? unknown(name) : info)),
    connectorInfoNow: noted('connectorInfoNow', (name) => ({ ...info, name })),
    connectorStatus: noted('connectorStatus', (name) => {
      if (name === 'new') throw new HerderError(404, `No status found for connector ${name}`)
      return state
    }),
    taskStatus: noted('taskStatus', () => ({ id: 0, state: 'RUNNING', worker_id: 'w:1', version: '4.3.1' })),
    taskConfigs: noted('taskConfigs', async () => [
      { id: { connector: 'src', task: 0 }, config: { 'task.class': 'T' } },
    ]),
    createConnector: noted('createConnector', async (name) => ({ ...info, name, tasks: [] })),
    putConnectorConfig: noted('putConnectorConfig', async (name) => ({
      created: name === 'new',
      info: { ...info, name },
    })),
    patchConnectorConfig: noted('patchConnectorConfig', async () => info),
    deleteConnector: noted('deleteConnector', async () => undefined),
    setTargetState: noted('setTargetState', async () => undefined),
    stopConnector: noted('stopConnector', async () => undefined),
    restartConnector: noted('restartConnector', async () => undefined),
    restartTask: noted('restartTask', async () => undefined),
    restartConnectorAndTasks: noted('restartConnectorAndTasks', async () => state),
    activeTopics: noted('activeTopics', (name) => (name === 'src' ? ['t1'] : [])),
    resetActiveTopics: noted('resetActiveTopics', async () => undefined),
    offsets: noted('offsets', async () => [{ partition: { file: 'a' }, offset: { position: 9007199254740993n } }]),
    alterOffsets: noted('alterOffsets', async () => 'The offsets for this connector have been altered successfully'),
    plugins: noted('plugins', async () => [{ class: 'a.Sink', type: 'sink', version: '4.3.1' }]),
    pluginConfig: noted('pluginConfig', async () => []),
    validate: noted('validate', async () => ({ name: 'a.Sink', error_count: 0, groups: [], configs: [] })),
    putTaskConfigs: noted('putTaskConfigs', async () => undefined),
    fenceZombies: noted('fenceZombies', async () => undefined),
    setClusterLoggerLevel: noted('setClusterLoggerLevel', async () => undefined),
  }
}
