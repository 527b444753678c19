import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  isForcedConnectorRestart,
  planRestart,
  restartRank,
  type RestartRequest,
  strongerRestart,
} from '../../../../runtime/core/restart-plan.ts'

function request(onlyFailed: boolean, includeTasks: boolean): RestartRequest {
  return { connector: 'a', onlyFailed, includeTasks }
}

const ALL = [request(true, false), request(true, true), request(false, false), request(false, true)]

describe('rank', () => {
  test('failed connector, failed ones, connector, everything', () => {
    assert.deepEqual(ALL.map(restartRank), [0, 1, 2, 3])
  })

  test('the strongest of several is carried out', () => {
    for (const first of ALL) {
      for (const second of ALL) {
        const expected = restartRank(second) > restartRank(first) ? second : first
        assert.equal(strongerRestart(first, second), expected)
      }
    }
    assert.equal(strongerRestart(undefined, request(true, false)).onlyFailed, true)
  })

  test('only the connector, whatever its state, is forced', () => {
    assert.deepEqual(ALL.map(isForcedConnectorRestart), [false, false, true, false])
  })
})

describe('plan', () => {
  const states = {
    connector: 'RUNNING',
    tasks: [
      { task: 10, state: 'FAILED' },
      { task: 1, state: 'RUNNING' },
      { task: 0, state: 'FAILED' },
    ],
  }

  test('by request and state', () => {
    const plans = ALL.map((wanted) => planRestart(wanted, states))
    assert.deepEqual(
      plans.map((plan) => plan?.restartConnector),
      [false, false, true, true],
    )
    assert.deepEqual(
      plans.map((plan) => plan?.tasks),
      [[], [0, 10], [], [0, 1, 10]],
    )
  })

  test('a failed connector', () => {
    assert.equal(planRestart(request(true, false), { ...states, connector: 'FAILED' })?.restartConnector, true)
  })

  test('there is none without a status', () => {
    assert.equal(planRestart(request(false, true), { ...states, connector: null }), null)
  })
})
