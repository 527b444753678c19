/**
 * Differential test: random histories of a config topic, with what Java's `KafkaConfigBackingStore` (4.3.1) made of them and what it
 * told its listener.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClusterConfigState } from '../../../../runtime/core/cluster-config-state.ts'
import { type ConfigEvent, ConfigReducer } from '../../../../runtime/core/config-reducer.ts'
import { taskKey } from '../../../../runtime/core/task-id.ts'
import { fixtureLines } from './fixtures.ts'

interface History {
  readonly records: readonly (readonly [offset: number, key: string, value: string | null])[]
  readonly events: readonly string[]
  readonly state: unknown
}

function describeEvent(event: ConfigEvent): string | null {
  switch (event.kind) {
    case 'connectorUpdated':
    case 'connectorRemoved':
    case 'targetStateChanged':
      return `${event.kind} ${event.connector}`
    case 'tasksUpdated':
      return `tasksUpdated ${event.tasks.map(taskKey).sort().join(' ')}`
    case 'sessionKeyUpdated':
      return `sessionKeyUpdated ${event.key.createdMs}`
    case 'restartRequested': {
      const { connector, includeTasks, onlyFailed } = event.request
      return `restartRequested ${connector} ${includeTasks} ${onlyFailed}`
    }
    case 'loggerLevelChanged':
      return `loggerLevelChanged ${event.logger} ${event.level}`
    case 'ignored':
      break
  }
  return null
}

function describeState(state: ClusterConfigState): unknown {
  const entries = ['a', 'a-b', 'b'].map((connector) => {
    const applied = state.entries.get(connector)?.appliedConfig ?? null
    const entry = {
      config: state.storedConfig(connector) ?? null,
      target: state.targetState(connector) ?? null,
      tasks: state.tasks(connector).map(taskKey),
      taskConfigs: [0, 1, 2].map((task) => state.storedTaskConfig({ connector, task }) ?? null),
      count: state.entries.get(connector)?.taskCount ?? null,
      record: state.taskCountRecord(connector) ?? null,
      generation: state.taskConfigGeneration(connector) ?? null,
      pending: state.isPendingFencing(connector),
      inconsistent: state.isInconsistent(connector),
      applied,
    }
    return [connector, entry]
  })
  const { offset, sessionKey, connectors } = state
  return {
    offset,
    sessionKey: sessionKey?.createdMs ?? null,
    connectors,
    entries: Object.fromEntries(entries) as unknown,
  }
}

test('what the Java store makes of a config topic', () => {
  const histories = fixtureLines(process.env['SLUICE_CONFIG_HISTORIES'] ?? 'config-topic.jsonl')
  assert.ok(histories.length >= 100)
  histories.forEach((line, index) => {
    const { records, events, state } = JSON.parse(line) as History
    const reducer = new ConfigReducer()
    const seen = records.flatMap(([offset, key, value]) => {
      return reducer.apply({ offset, key, value: value === null ? null : Buffer.from(value) })
    })
    assert.deepEqual(
      seen.map(describeEvent).filter((event) => event !== null),
      events,
      `line ${index + 1}`,
    )
    assert.deepEqual(describeState(reducer.state), state, `line ${index + 1}`)
  })
})
