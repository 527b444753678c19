import { writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { KafkaServer } from '../services/kafka.ts'
import { waitFor } from '../services/process.ts'
import type { ConnectorStatus } from '../support/rest-client.ts'
import { Scratch } from '../support/scratch.ts'
import { startWorker, type TestWorker } from '../support/worker.ts'
import { fileSink, fileSource } from './connectors.ts'
import { Lanes } from './lanes.ts'
import type { Report } from './report.ts'

const pairs = 3
const sessionMs = 10_000
/** What a record may take once the group knows that the worker is dead. */
const graceMs = 1000
/** What a dead worker had sent to the broker arrives within this time; what comes later is its successor's. */
const lastWordsMs = 200
/** A file source looks for new lines once a second. */
const silenceMsMax = 1500
const timeoutMs = 60_000

const workerFile = {
  'session.timeout.ms': String(sessionMs),
  'heartbeat.interval.ms': '3000',
  'scheduled.rebalance.max.delay.ms': '0',
}

/**
 * Two workers share file sources and sinks, each fed all the time and none dependent on another. Again and again one
 * worker is killed, each of its connectors has to go on at the other, and it comes back for its share, while what the
 * other keeps goes on.
 */
export async function takeover(kafka: KafkaServer, kills: number, report: Report): Promise<void> {
  using scratch = new Scratch()
  await using lanes = await Lanes.open(kafka.bootstrap, scratch, pairs)
  const start = (port?: number): Promise<TestWorker> =>
    startWorker({
      bootstrap: kafka.bootstrap,
      group: 'soak-takeover',
      extra: workerFile,
      ...(port === undefined ? {} : { port }),
    })
  const workers: [TestWorker, TestWorker] = [await start(), await start()]
  const took: number[] = []
  const gaps: number[] = []
  try {
    for (const { name, kind, path, topic } of lanes.all) {
      if (kind === 'sink') writeFileSync(path, '')
      await workers[0].create(name, kind === 'source' ? fileSource(path, topic) : fileSink(path, topic))
    }
    lanes.feed()
    for (let kill = 0; kill < kills; kill++) {
      const victim = kill % 2 === 0 ? 0 : 1
      const round = await killAndReturn(workers, victim, lanes, start)
      took.push(...round.tookMs)
      gaps.push(round.gapMs)
      const each = round.tookMs.map((ms) => Math.round(ms)).join(', ')
      report.figure(`kill ${kill + 1}`, `${each} ms; others stood still at most ${Math.round(round.gapMs)} ms`)
    }
  } finally {
    for (const worker of workers) await worker.stop()
  }
  const most = Math.max(...took)
  const span = `${Math.round(Math.min(...took))} to ${Math.round(most)} ms over ${took.length} connectors`
  report.check(
    `takeover: within the session timeout of ${sessionMs} ms + ${graceMs} ms`,
    most <= sessionMs + graceMs,
    span,
  )
  const worstGap = Math.max(...gaps)
  report.check(
    'return: what stays with the other worker goes on meanwhile',
    worstGap <= silenceMsMax,
    `at most ${Math.round(worstGap)} ms between two records`,
  )
}

interface Round {
  /** From the kill to the first record of each connector that ran there. */
  readonly tookMs: readonly number[]
  /** The longest silence, during the return, of a connector that did not move. */
  readonly gapMs: number
}

async function killAndReturn(
  workers: [TestWorker, TestWorker],
  victim: 0 | 1,
  lanes: Lanes,
  start: (port: number) => Promise<TestWorker>,
): Promise<Round> {
  const survivor = workers[1 - victim] as TestWorker
  const before = await shared(survivor, workers, lanes)
  await lanes.flowing(timeoutMs)
  const moved = lanes.all.filter(({ name }) => before.get(name) === workers[victim].id)
  const startMs = performance.now()
  await workers[victim].kill()
  await delay(lastWordsMs)
  const tookMs = await lanes.firstRecords(moved, startMs, timeoutMs)
  await allRunning(survivor, lanes)
  const watched = lanes.watch()
  workers[victim] = await start(workers[victim].port)
  const after = await shared(survivor, workers, lanes)
  const kept = new Set(lanes.all.filter(({ name }) => after.get(name) === survivor.id).map(({ name }) => name))
  return { tookMs, gapMs: await watched.longestSilence(kept) }
}

/** Where the task of each connector runs, once every worker has its share of those that run. */
async function shared(
  worker: TestWorker,
  workers: readonly TestWorker[],
  lanes: Lanes,
): Promise<ReadonlyMap<string, string>> {
  const share = lanes.all.length / workers.length
  return await waitFor(
    'each worker to run its share',
    async () => {
      const places = await runningAt(worker)
      const balanced = workers.every(({ id }) => [...places.values()].filter((place) => place === id).length === share)
      return balanced ? places : undefined
    },
    { timeoutMs, server: worker.process, everyMs: 100 },
  )
}

async function allRunning(worker: TestWorker, lanes: Lanes): Promise<void> {
  const all = async (): Promise<true | undefined> =>
    [...(await runningAt(worker)).values()].filter((id) => id === worker.id).length === lanes.all.length
      ? true
      : undefined
  await waitFor('one worker to run everything', all, { timeoutMs, server: worker.process, everyMs: 100 })
}

async function runningAt(worker: TestWorker): Promise<ReadonlyMap<string, string>> {
  const statuses = await worker.rest.get<Record<string, { status: ConnectorStatus }>>('/connectors?expand=status')
  const places = new Map<string, string>()
  for (const [name, { status }] of Object.entries(statuses)) {
    const [task] = status.tasks
    if (status.connector.state === 'RUNNING' && task?.state === 'RUNNING') places.set(name, task.worker_id)
  }
  return places
}
