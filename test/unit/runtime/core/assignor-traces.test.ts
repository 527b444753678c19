/**
 * Differential test: random histories of a group, the answers recorded from Java's `IncrementalCooperativeAssignor` (4.3.1). One
 * line is one history of a leader; the rounds include crashes, bounces, duplicated work, failed syncs and revocations that were not
 * carried out.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  assignCooperative,
  INITIAL_COOPERATIVE_STATE,
} from '../../../../runtime/core/incremental-cooperative-assignor.ts'
import { compareTaskIds, compareText } from '../../../../runtime/core/task-id.ts'
import { fixtureLines } from './fixtures.ts'
import { configured, formatWork, parseWork } from './work.ts'

interface Trace {
  readonly maxDelayMs: number
  readonly rounds: readonly Round[]
}

interface Round {
  readonly nowMs: number
  readonly generation: number
  readonly lastCompleted: number
  readonly configured: Readonly<Record<string, number>>
  readonly members: Readonly<Record<string, string>>
  readonly delayMs: number
  readonly assigned: Readonly<Record<string, string>>
  readonly revoked: Readonly<Record<string, string>>
}

function replay(trace: Trace, line: number): void {
  let state = INITIAL_COOPERATIVE_STATE
  for (const round of trace.rounds) {
    const input = {
      configured: configured(round.configured),
      members: new Map(Object.entries(round.members).map(([member, work]) => [member, parseWork(work)])),
      generation: round.generation,
      lastCompletedGeneration: round.lastCompleted,
      maxDelayMs: trace.maxDelayMs,
    }
    const result = assignCooperative(input, state, round.nowMs)
    const assigned: Record<string, string> = {}
    const revoked: Record<string, string> = {}
    for (const [member, answer] of result.assignments) {
      if (formatWork(answer.assigned) !== '') assigned[member] = formatWork(answer.assigned)
      if (formatWork(answer.revoked) !== '') {
        const connectors = [...answer.revoked.connectors].sort(compareText)
        const tasks = [...answer.revoked.tasks].sort(compareTaskIds)
        revoked[member] = formatWork({ connectors, tasks })
      }
    }
    const expected = { delayMs: round.delayMs, assigned: round.assigned, revoked: round.revoked }
    assert.deepEqual(
      { delayMs: result.delayMs, assigned, revoked },
      expected,
      `line ${line}, generation ${round.generation}`,
    )
    state = result.state
  }
}

const traces = fixtureLines(process.env['SLUICE_ASSIGNOR_TRACES'] ?? 'assignor.jsonl')

test('the answers of the Java assignor, round by round', () => {
  assert.ok(traces.length >= 100, 'there are traces')
  traces.forEach((line, index) => replay(JSON.parse(line) as Trace, index + 1))
})
