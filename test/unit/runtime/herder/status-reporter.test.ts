import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StatusReporter } from '../../../../runtime/herder/status-reporter.ts'
import { recordingLog } from '../../../support/silent-log.ts'
import { StatusBook } from './fixtures.ts'

const connector = { kind: 'connector', connector: 'c' } as const
const id = { connector: 'c', task: 0 }
const task = { kind: 'task', id } as const

function setUp() {
  const book = new StatusBook()
  let generation = 5
  const { writer, reader } = book
  const log = recordingLog()
  const reporter = new StatusReporter({ writer, reader, workerId: 'w', generation: () => generation, log })
  const inGeneration = (next: number): void => {
    generation = next
  }
  return { book, reporter, inGeneration }
}

test('failures and the loss of work give way to newer words, the rest does not', () => {
  const { book, reporter } = setUp()
  for (const state of ['RUNNING', 'PAUSED', 'STOPPED', 'FAILED', 'UNASSIGNED'] as const)
    reporter.connector('c', state, null, '1')
  reporter.task(id, 'RUNNING', null, '1')
  reporter.task(id, 'FAILED', new Error('x'), '1')
  assert.deepEqual(book.lines, [
    'c RUNNING of w in 5',
    'c PAUSED of w in 5',
    'c STOPPED of w in 5',
    'c FAILED of w in 5 safely',
    'c UNASSIGNED of w in 5 safely',
    'c-0 RUNNING of w in 5',
    'c-0 FAILED of w in 5 safely',
  ])
})

test('the owner repeats its word against one of an older generation', () => {
  const { book, reporter } = setUp()
  reporter.connector('c', 'PAUSED', null, '1')
  book.set('c', 'UNASSIGNED', 'former', 4)
  reporter.read(connector)
  assert.deepEqual(book.lines.slice(1), ['c PAUSED of w in 5'])
})

test('it contradicts nobody of its own generation before a round has decided, and nobody of a newer one', () => {
  const { book, reporter, inGeneration } = setUp()
  reporter.task(id, 'RUNNING', null, '1')
  book.set('c-0', 'RUNNING', 'other', 5)
  reporter.read(task)
  book.set('c-0', 'RUNNING', 'other', 6)
  reporter.roundCompleted()
  assert.equal(book.lines.length, 1)
  inGeneration(6)
  reporter.roundCompleted()
  assert.deepEqual(book.lines.slice(1), ['c-0 RUNNING of w in 6'])
})

test('a worker that the leader took for gone says that it is not', () => {
  const { book, reporter, inGeneration } = setUp()
  reporter.task(id, 'RUNNING', null, '1')
  book.set('c-0', 'UNASSIGNED', 'w', 5)
  inGeneration(6)
  reporter.read(task)
  assert.deepEqual(book.lines.slice(1), ['c-0 RUNNING of w in 6'])
})

test('it says nothing of what is not here any more', () => {
  const { book, reporter } = setUp()
  reporter.connector('c', 'RUNNING', null, '1')
  reporter.task(id, 'RUNNING', null, '1')
  reporter.connector('c', 'UNASSIGNED', null, null)
  reporter.forget({ connectors: [], tasks: [id] })
  book.set('c', 'RUNNING', 'other', 4)
  book.set('c-0', 'RUNNING', 'other', 4)
  reporter.read(connector)
  reporter.read(task)
  reporter.roundCompleted()
  assert.equal(book.lines.length, 3)
})

test('its own words that come back are not repeated', () => {
  const { book, reporter, inGeneration } = setUp()
  reporter.connector('c', 'RUNNING', null, '1')
  inGeneration(9)
  reporter.read(connector)
  reporter.roundCompleted()
  assert.equal(book.lines.length, 1)
})
