import assert from 'node:assert/strict'
import test from 'node:test'
import { type LogLimits, PartitionLog } from '../../../broker/log/partition-log.ts'
import { FileSegments, type SegmentBytes, type SegmentStore } from '../../../broker/log/segment-bytes.ts'
import { readBatches } from '../../../runtime/kafka/records/record-batch.ts'
import { Scratch } from '../../support/scratch.ts'
import { batchOf, marker } from '../../unit/broker/batches.ts'

class Killed extends Error {}

/** A store whose process is killed before one of its changes, or in the midst of an append. */
class MortalSegments implements SegmentStore {
  readonly #store: FileSegments
  readonly #open = new Set<SegmentBytes>()
  #left: number

  constructor(folder: string, changesLeft: number) {
    this.#store = new FileSegments(folder)
    this.#left = changesLeft
  }

  list(): readonly number[] {
    return this.#store.list()
  }

  open(baseOffset: number): SegmentBytes {
    this.#change()
    return this.#mortal(this.#store.open(baseOffset))
  }

  replace(baseOffset: number, chunks: readonly Uint8Array[]): SegmentBytes {
    this.#change()
    return this.#mortal(this.#store.replace(baseOffset, chunks))
  }

  remove(baseOffset: number): void {
    this.#change()
    this.#store.remove(baseOffset)
  }

  /** What the system does for a process that is gone. */
  closeAll(): void {
    for (const bytes of this.#open) bytes.close()
  }

  #change(): void {
    if (this.#left-- === 0) throw new Killed()
  }

  #mortal(bytes: SegmentBytes): SegmentBytes {
    this.#open.add(bytes)
    const change = (): void => this.#change()
    return {
      get size() {
        return bytes.size
      },
      append: (chunk) => {
        try {
          change()
        } catch (error) {
          bytes.append(chunk.subarray(0, chunk.length >> 1))
          throw error
        }
        bytes.append(chunk)
      },
      read: (at, length) => bytes.read(at, length),
      truncate: (size) => bytes.truncate(size),
      close: () => {
        this.#open.delete(bytes)
        bytes.close()
      },
    }
  }
}

interface Written {
  readonly offset: number
  readonly key: string
  readonly value: string
  readonly producer: number
  state: 'open' | 'committed' | 'aborted'
}

/** What a log was told to keep. */
class Model {
  written: Written[] = []
  end = 0
  start = 0
  readonly sequences = new Map<number, number>()
  readonly openSince = new Map<number, number>()

  get lastStable(): number {
    return Math.min(this.end, ...this.openSince.values())
  }

  /** The newest committed record of each key. */
  newest(): Map<string, Written> {
    return new Map(this.written.filter(({ state }) => state === 'committed').map((each) => [each.key, each]))
  }
}

const limits: LogLimits = { segmentBytes: 400, retentionMs: -1, retentionBytes: -1 }
const producers = [1, 2, 3]

function numbers(seed: number): (below: number) => number {
  let state = seed * 2654435761 + 1
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 374761393) >>> 0
    return (state >>> 8) % below
  }
}

function step(log: PartitionLog, model: Model, next: (below: number) => number): void {
  const producer = producers[next(producers.length)] as number
  const transactional = producer !== 3
  const choice = next(10)
  if (choice < 6) {
    const count = 1 + next(3)
    const keys = Array.from({ length: count }, () => `k${next(4)}`)
    const values = keys.map((_, index) => `v${model.end + index}`)
    const baseSequence = model.sequences.get(producer) ?? 0
    const batch = batchOf(values, {
      keys,
      producer: { producerId: producer, producerEpoch: 0, baseSequence },
      transactional,
    })
    const { baseOffset } = log.append(batch, limits)
    assert.equal(baseOffset, model.end)
    for (const [index, key] of keys.entries())
      model.written.push({
        offset: baseOffset + index,
        key,
        value: values[index] as string,
        producer,
        state: transactional ? 'open' : 'committed',
      })
    model.sequences.set(producer, baseSequence + count)
    if (transactional && !model.openSince.has(producer)) model.openSince.set(producer, baseOffset)
    model.end += count
  } else if (choice < 8) {
    if (!model.openSince.has(producer)) return
    const kind = next(2) === 0 ? 'commit' : 'abort'
    log.append(marker(kind, producer), limits)
    model.end += 1
    model.openSince.delete(producer)
    for (const each of model.written)
      if (each.producer === producer && each.state === 'open') each.state = kind === 'commit' ? 'committed' : 'aborted'
  } else log.compact(Number.MAX_SAFE_INTEGER, 1000)
}

function readAll(log: PartitionLog, committedOnly: boolean): Map<number, string> {
  const found = new Map<number, string>()
  let last = -1
  for (let offset = log.startOffset; offset < log.endOffset; ) {
    const { chunks, aborted } = log.read(offset, 300, committedOnly)
    const { batches } = readBatches(Buffer.concat(chunks))
    if (batches.length === 0) break
    for (const batch of batches) {
      assert.ok(batch.isIntact && batch.baseOffset > last, `${batch.baseOffset} after ${last}`)
      last = batch.lastOffset
      offset = batch.nextOffset
      if (batch.isControl) continue
      const isAborted = aborted.some(
        ({ producerId, firstOffset, lastOffset }) =>
          batch.isTransactional &&
          producerId === batch.producerId &&
          firstOffset <= batch.baseOffset &&
          batch.baseOffset <= lastOffset,
      )
      if (isAborted) continue
      const records = batch.records('', 0)
      for (let record = records.next(); record !== null; record = records.next())
        found.set(record.offset, `${String(record.key)}=${String(record.value)}`)
    }
  }
  return found
}

function check(log: PartitionLog, model: Model): void {
  assert.equal(log.endOffset, model.end, 'end')
  assert.equal(log.lastStableOffset, model.lastStable, 'last stable offset')
  const byOffset = new Map(model.written.map((each) => [each.offset, each]))
  const all = readAll(log, false)
  for (const [offset, text] of all) {
    const each = byOffset.get(offset)
    assert.equal(text, each && `${each.key}=${each.value}`, `at ${offset}`)
  }
  const committed = readAll(log, true)
  for (const offset of committed.keys()) assert.equal(byOffset.get(offset)?.state, 'committed', `at ${offset}`)
  for (const { key, value, offset } of model.newest().values()) {
    if (offset < model.lastStable) assert.equal(committed.get(offset), `${key}=${value}`, `newest of ${key}`)
    else assert.equal(all.get(offset), `${key}=${value}`, `newest of ${key}`)
  }
  for (const [producerId, baseSequence] of model.sequences) {
    const producer = { producerId, producerEpoch: 0, baseSequence }
    assert.equal(log.check(batchOf(['x'], { key: 'k', producer })).kind, 'append', `producer ${producerId}`)
  }
}

test('a log that is killed anywhere, also in a compaction, has all that was acknowledged and not replaced', () => {
  for (let seed = 1; seed <= 150; seed++) {
    using scratch = new Scratch()
    const next = numbers(seed)
    const model = new Model()
    for (let life = 0; life < 6; life++) {
      const store = new MortalSegments(scratch.path('log'), 8 + next(60))
      try {
        const log = new PartitionLog(store)
        check(log, model)
        for (let count = 0; count < 60; count++) step(log, model, next)
        check(log, model)
      } catch (error) {
        if (!(error instanceof Killed)) throw new Error(`seed ${seed}, life ${life}`, { cause: error })
      } finally {
        store.closeAll()
      }
    }
    const store = new MortalSegments(scratch.path('log'), Number.MAX_SAFE_INTEGER)
    check(new PartitionLog(store), model)
    store.closeAll()
  }
})
