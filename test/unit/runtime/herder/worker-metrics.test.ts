import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WorkerMetrics } from '../../../../runtime/herder/worker-metrics.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

const group = { epoch: 7, protocol: 'SESSIONED', leaderUrl: 'http://l:8083/', rebalancing: false }
const connector = {
  name: 'c',
  status: 'RUNNING',
  type: 'source',
  connectorClass: 'C',
  version: '1',
  taskStates: ['RUNNING', 'FAILED', 'RUNNING'],
} as const

test('the attributes are those of the MBeans of a Connect worker', async () => {
  const clock = new ManualClock()
  const metrics = new WorkerMetrics(clock, { windowMs: 30_000, samples: 2 })
  metrics.connectors.attempt('c')
  metrics.connectors.heard('c', 'RUNNING')
  metrics.connectors.heard('c', 'FAILED')
  metrics.tasks.attempt('c-0')
  metrics.tasks.heard('c-0', 'FAILED')
  metrics.rebalanced(200)
  metrics.rebalanced(400)
  await clock.advance(5000)
  const groups: Record<string, Record<string, number | string>> = {}
  for (const { group: name, attribute, labels, value } of metrics.measurements(group, [connector], 3)) {
    const key = labels['connector'] === undefined ? name : `${name} of ${labels['connector']}`
    groups[key] = { ...groups[key], [attribute]: value }
  }
  assert.deepEqual(groups, {
    'connect-worker-metrics': {
      'connector-count': 1,
      'task-count': 3,
      'connector-startup-attempts-total': 1,
      'connector-startup-success-total': 1,
      'connector-startup-success-percentage': 1,
      'connector-startup-failure-total': 0,
      'connector-startup-failure-percentage': 0,
      'task-startup-attempts-total': 1,
      'task-startup-success-total': 0,
      'task-startup-success-percentage': 0,
      'task-startup-failure-total': 1,
      'task-startup-failure-percentage': 1,
    },
    'connect-worker-rebalance-metrics': {
      'connect-protocol': 'SESSIONED',
      'leader-name': 'http://l:8083/',
      epoch: 7,
      'completed-rebalances-total': 2,
      rebalancing: 0,
      'rebalance-max-time-ms': 400,
      'rebalance-avg-time-ms': 300,
      'time-since-last-rebalance-ms': 5000,
    },
    'connector-metrics of c': {
      'connector-type': 'source',
      'connector-class': 'C',
      'connector-version': '1',
      status: 'running',
    },
    'connect-worker-metrics of c': {
      'connector-total-task-count': 3,
      'connector-running-task-count': 2,
      'connector-paused-task-count': 0,
      'connector-failed-task-count': 1,
      'connector-unassigned-task-count': 0,
      'connector-destroyed-task-count': 0,
      'connector-restarting-task-count': 0,
    },
  })
})
