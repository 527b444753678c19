import assert from 'node:assert/strict'
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import {
  type OffsetMap,
  type Props,
  SinkRecord,
  type SourceRecord,
  type SourceTaskContext,
} from '../../../../api/index.ts'
import { FileStreamSinkTask } from '../../../../connectors/file/sink-task.ts'
import { FileStreamSourceTask } from '../../../../connectors/file/source-task.ts'

let folder = ''
const warnings: string[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-file-'))
  warnings.length = 0
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const silent = {
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  error: () => undefined,
  warn: (message: string) => void warnings.push(message),
}

function sourceContext(stored: OffsetMap | null, stopping: AbortSignal): SourceTaskContext {
  return {
    connectorName: 'c',
    taskNumber: 0,
    log: silent,
    kafka: null as never,
    stopping,
    config: () => Promise.resolve({}),
    transaction: null,
    offsets: {
      offset: () => Promise.resolve(stored),
      offsets: (partitions) => Promise.resolve(partitions.map(() => stored)),
    },
  }
}

/** Starts a source on the file, gives all that it polls until it has nothing more, and stops it. */
async function readAll(
  file: string,
  options: { position?: number; props?: Props; during?: (task: FileStreamSourceTask) => Promise<void> } = {},
): Promise<SourceRecord[]> {
  const stopping = new AbortController()
  const task = new FileStreamSourceTask()
  const stored = options.position === undefined ? null : { position: options.position }
  await task.start(sourceContext(stored, stopping.signal), { file, topic: 't', ...options.props })
  stopping.abort() // a poll that finds nothing then returns at once
  const records = await drain(task)
  await options.during?.(task)
  records.push(...(await drain(task)))
  await task.stop()
  return records
}

async function drain(task: FileStreamSourceTask): Promise<SourceRecord[]> {
  const records: SourceRecord[] = []
  for (let batch = await task.poll(); batch !== null; batch = await task.poll()) records.push(...batch)
  return records
}

const values = (records: readonly SourceRecord[]): unknown[] => records.map((record) => record.value)
const positions = (records: readonly SourceRecord[]): unknown[] =>
  records.map((record) => record.sourceOffset?.['position'])

test('each line is a record whose offset counts bytes', async () => {
  const file = join(folder, 'in')
  writeFileSync(file, 'one\nzwölf\n😀\r\nrest')
  const records = await readAll(file)
  assert.deepEqual(values(records), ['one', 'zwölf', '😀'])
  assert.deepEqual(positions(records), [4, 11, 17])
  assert.deepEqual(records[0]?.sourcePartition, { filename: file })
  assert.equal(records[0]?.key, null)
})

test('a restart goes on behind the stored position, also in text beyond ASCII', async () => {
  const file = join(folder, 'in')
  writeFileSync(file, 'zwölf\nzwei\n')
  assert.deepEqual(values(await readAll(file, { position: 7 })), ['zwei'])
  assert.deepEqual(warnings, [])
})

test('a stored position inside a line is said', async () => {
  const file = join(folder, 'in')
  writeFileSync(file, 'zwölf\nzwei\n')
  assert.deepEqual(values(await readAll(file, { position: 6 })), ['', 'zwei'])
  assert.match(warnings[0] ?? '', /not at the start of a line/)
})

test('a file shorter than the stored position is read from its start, and its offsets count from there', async () => {
  const file = join(folder, 'in')
  writeFileSync(file, 'new\nmore\n')
  const records = await readAll(file, { position: 400 })
  assert.deepEqual(values(records), ['new', 'more'])
  assert.deepEqual(positions(records), [4, 9])
})

test('a file that comes back shorter than the stored position is read from its start', async () => {
  const file = join(folder, 'in')
  const records = await readAll(file, {
    position: 400,
    during: () => {
      writeFileSync(file, 'new\n')
      return Promise.resolve()
    },
  })
  assert.deepEqual(positions(records), [4])
})

test('at most batch.size records come from one poll', async () => {
  const file = join(folder, 'in')
  writeFileSync(file, 'a\nb\nc\n')
  const task = new FileStreamSourceTask()
  await task.start(sourceContext(null, AbortSignal.abort()), { file, topic: 't', 'batch.size': '2' })
  assert.equal((await task.poll())?.length, 2)
  assert.equal((await task.poll())?.length, 1)
  await task.stop()
})

test('what is appended later is read; a truncated file is read from its start', async () => {
  const file = join(folder, 'in')
  writeFileSync(file, 'first\nsecond\n')
  const records = await readAll(file, {
    during: async (task) => {
      appendFileSync(file, 'third\n')
      assert.deepEqual(values(await drain(task)), ['third'])
      truncateSync(file)
      appendFileSync(file, 'anew\n')
    },
  })
  assert.deepEqual(values(records), ['first', 'second', 'anew'])
  assert.deepEqual(positions(records).at(-1), 5)
})

test('a rotated file is read to its end, then its successor from the start', async () => {
  const file = join(folder, 'in')
  writeFileSync(file, 'old\n')
  const records = await readAll(file, {
    during: () => {
      renameSync(file, `${file}.1`)
      appendFileSync(`${file}.1`, 'late\nunended')
      writeFileSync(file, 'new\n')
      return Promise.resolve()
    },
  })
  assert.deepEqual(values(records), ['old', 'late', 'unended', 'new'])
})

test('a file that is not there yet is waited for', async () => {
  const file = join(folder, 'later')
  const records = await readAll(file, {
    during: () => {
      writeFileSync(file, 'here\n')
      return Promise.resolve()
    },
  })
  assert.deepEqual(values(records), ['here'])
  assert.equal(warnings.filter((warning) => warning.includes("Couldn't find file")).length, 1)
})

const sinkRecord = (value: unknown): SinkRecord =>
  new SinkRecord({ topic: 't', kafkaPartition: 0, kafkaOffset: 0, value })

async function write(file: string, ...batches: unknown[][]): Promise<void> {
  const task = new FileStreamSinkTask()
  await task.start(null, { file })
  for (const batch of batches) await task.put(batch.map(sinkRecord))
  await task.stop()
}

test('the sink appends a line for each record', async () => {
  const file = join(folder, 'out')
  writeFileSync(file, 'there\n')
  await write(file, ['a', null], [], [{ x: 1 }])
  assert.equal(readFileSync(file, 'utf8'), 'there\na\nnull\n{x=1}\n')
})

test('a line that a kill has torn is ended before the next is written', async () => {
  const file = join(folder, 'out')
  writeFileSync(file, 'whole\nto')
  await write(file, ['next'])
  assert.equal(readFileSync(file, 'utf8'), 'whole\nto\nnext\n')
})

test('what put has taken is in the file once flush has ended', async () => {
  const file = join(folder, 'out')
  const task = new FileStreamSinkTask()
  await task.start(null, { file })
  const line = 'x'.repeat(999)
  for (let put = 0; put < 4; put++) await task.put(Array.from({ length: 500 }, () => sinkRecord(line)))
  await task.flush()
  assert.equal(readFileSync(file, 'utf8'), `${line}\n`.repeat(2000))
  await task.stop()
})

test('a write that fails fails the flush and every put after it', { skip: !existsSync('/dev/full') }, async () => {
  const task = new FileStreamSinkTask()
  await task.start(null, { file: '/dev/full' })
  await task.put([sinkRecord('a')])
  await assert.rejects(task.flush(), { code: 'ENOSPC' })
  assert.throws(() => task.put([sinkRecord('b')]), { code: 'ENOSPC' })
  await assert.rejects(task.stop(), { code: 'ENOSPC' })
})

test('a sink whose folder is missing says which file', async () => {
  const task = new FileStreamSinkTask()
  const start = task.start(null, { file: join(folder, 'no', 'out') })
  await assert.rejects(start, /Couldn't find or create file '.*' for FileStreamSinkTask/)
})
