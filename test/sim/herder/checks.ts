/** What has to be true of a group of workers: always, and once the faults are over. */
import assert from 'node:assert/strict'
import type { ClusterConfigState } from '../../../runtime/core/cluster-config-state.ts'
import { ConfigReducer } from '../../../runtime/core/config-reducer.ts'
import type { ConfigMap } from '../../../runtime/core/ids.ts'
import { taskKey } from '../../../runtime/core/task-id.ts'
import type { ConnectorStateInfo } from '../../../runtime/herder/herder.ts'
import { HerderError } from '../../../runtime/herder/errors.ts'
import { keyText } from '../../../runtime/storage/log.ts'
import type { MemoryTopic } from '../../../runtime/storage/memory-log.ts'
import type { Outside } from './fake-worker.ts'
import type { SimulatedProcess } from './process.ts'

/**
 * Invariant 2: within a generation a task has one owner. A worker that the group has given up, and that has not heard of it
 * yet, is of an older one: the documented window in which a zombie runs.
 */
export function checkExclusive(processes: readonly SimulatedProcess[]): void {
  const owners = new Map<string, string>()
  for (const { alive, generation, worker, workerId } of processes) {
    if (!alive || generation < 0) continue
    for (const key of worker.activeTasks) {
      const item = `${key} in generation ${generation}`
      const other = owners.get(item)
      assert.equal(other, undefined, `${workerId} and ${other ?? ''} both run ${item}`)
      owners.set(item, workerId)
    }
  }
}

export interface Settled {
  readonly processes: readonly SimulatedProcess[]
  /** The config topic. */
  readonly topic: MemoryTopic
  readonly outside: Outside
  readonly expected: ReadonlyMap<string, ConfigMap | null>
}

export function checkSettled({ processes, topic, outside, expected }: Settled): void {
  const config = readConfig(topic)
  for (const [name, wanted] of expected) {
    assert.deepEqual(config.config(name) ?? null, wanted, `the acknowledged config of ${name} is kept`)
  }
  assert.equal(new Set(processes.map(({ generation }) => generation)).size, 1, 'all are of one generation')
  for (const { herder, workerId } of processes) assert.ok(herder.isReady(), `${workerId} is ready`)
  assert.deepEqual(running(processes), wantedWork(config), 'all that is configured runs once, with its newest config')
  for (const name of config.connectors) checkTaskConfigs(config, name, outside)
  const statuses = wantedStatuses(config, processes)
  for (const { herder, workerId } of processes) {
    const names = [...new Set([...expected.keys(), ...config.connectors])]
    const shown = names.map((name) => [name, statusOf(name, () => herder.connectorStatus(name))] as const)
    assert.deepEqual(Object.fromEntries(shown), statuses(names), `the statuses that ${workerId} shows`)
  }
}

function readConfig(topic: MemoryTopic): ClusterConfigState {
  const reducer = new ConfigReducer()
  for (const { offset, key, value } of topic.records) reducer.apply({ offset, key: keyText(key), value })
  return reducer.state
}

/** What runs, item by item, with target state and config; of what runs twice, all of it. */
function running(processes: readonly SimulatedProcess[]): Record<string, unknown> {
  const found = new Map<string, unknown[]>()
  for (const { worker } of processes) {
    for (const [name, { config, state }] of worker.connectors)
      found.set(`connector ${name}`, [...(found.get(`connector ${name}`) ?? []), { config, state }])
    for (const [key, { config, state }] of worker.tasks)
      found.set(`task ${key}`, [...(found.get(`task ${key}`) ?? []), { config, state }])
  }
  return Object.fromEntries(found)
}

function wantedWork(config: ClusterConfigState): Record<string, unknown> {
  const wanted = new Map<string, unknown[]>()
  for (const name of config.connectors) {
    wanted.set(`connector ${name}`, [{ config: config.config(name), state: stateOf(config, name) }])
    for (const id of config.tasks(name))
      wanted.set(`task ${taskKey(id)}`, [{ config: config.taskConfig(id), state: stateOf(config, name) }])
  }
  return Object.fromEntries(wanted)
}

function stateOf(config: ClusterConfigState, name: string): string {
  const target = config.targetState(name) ?? 'STARTED'
  return target === 'STARTED' ? 'RUNNING' : target
}

function checkTaskConfigs(config: ClusterConfigState, name: string, outside: Outside): void {
  const target = config.targetState(name) ?? 'STARTED'
  if (target === 'PAUSED') return
  const generated = target === 'STOPPED' ? [] : outside.taskConfigs(name, config.config(name) ?? {})
  const committed = config.tasks(name).map((id) => config.taskConfig(id))
  assert.deepEqual(committed, generated, `the task configs of ${name} are what it generates`)
}

type Shown = Record<string, string> | null

/** Item → `STATE at worker`, null where there is no status. */
function statusOf(name: string, read: () => ConnectorStateInfo): Shown {
  try {
    const { connector, tasks } = read()
    const entries = [[name, `${connector.state} at ${connector.worker_id}`] as const]
    for (const { id, state, worker_id } of tasks) entries.push([`${name}-${id}`, `${state} at ${worker_id}`])
    return Object.fromEntries(entries)
  } catch (error) {
    if (error instanceof HerderError && error.status === 404) return null
    throw error
  }
}

function wantedStatuses(config: ClusterConfigState, processes: readonly SimulatedProcess[]) {
  const owner = (runs: (process: SimulatedProcess) => boolean): string => processes.find(runs)?.workerId ?? 'nobody'
  return (names: readonly string[]): Record<string, Shown> => {
    const wanted = names.map((name): readonly [string, Shown] => {
      if (!config.has(name)) return [name, null]
      const state = stateOf(config, name)
      const shown: Record<string, string> = {
        [name]: `${state} at ${owner(({ worker }) => worker.hasConnector(name))}`,
      }
      for (const id of config.tasks(name))
        shown[taskKey(id)] = `${state} at ${owner(({ worker }) => worker.hasTask(id))}`
      return [name, shown]
    })
    return Object.fromEntries(wanted)
  }
}
