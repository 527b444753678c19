import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import test from 'node:test'
import { decodeByteMap, encodeByteMap } from '../../../../compat/java-byte-map.ts'
import { offsetFile } from '../../../../runtime/storage/offset-file.ts'
import type { StoreLog, StoreRecord } from '../../../../runtime/storage/log.ts'
import { Scratch } from '../../../support/scratch.ts'

interface Opened {
  readonly log: StoreLog
  readonly read: string[]
}

async function open(path: string): Promise<Opened> {
  const read: string[] = []
  const text = (bytes: Uint8Array | null): string => (bytes === null ? 'null' : Buffer.from(bytes).toString())
  const log = offsetFile(
    path,
    () => 5,
  )(({ offset, key, value }: StoreRecord) => read.push(`${offset} ${text(key)}=${text(value)}`))
  await log.start()
  return { log, read }
}

function content(path: string): Record<string, string> {
  const text = (bytes: Uint8Array | null): string => Buffer.from(bytes ?? []).toString()
  return Object.fromEntries(decodeByteMap(readFileSync(path)).map(([key, value]) => [text(key), text(value)] as const))
}

test('what is sent is in the file when that is said, and there after the next start', async () => {
  using scratch = new Scratch()
  const path = scratch.path('offsets')
  const first = await open(path)
  await first.log.send('a', Buffer.from('1'))
  assert.deepEqual(content(path), { a: '1' })
  await Promise.all([first.log.send('b', Buffer.from('2')), first.log.send('a', Buffer.from('3'))])
  assert.deepEqual(first.read, ['0 a=1', '1 b=2', '2 a=3'])
  await first.log.send('b', null)
  await first.log.close()
  const second = await open(path)
  assert.deepEqual(second.read, ['0 a=3'])
  assert.deepEqual(readdirSync(scratch.folder), ['offsets'], 'nothing is left beside it')
})

test('an empty file is a new one, entries that mean nothing here stay, a link stays a link, modes stay', async () => {
  using scratch = new Scratch()
  writeFileSync(scratch.path('real'), '')
  chmodSync(scratch.path('real'), 0o600)
  symlinkSync(scratch.path('real'), scratch.path('link'))
  const { log } = await open(scratch.path('link'))
  await log.send('not a key of ours', Buffer.from('x'))
  await log.send('k', Buffer.from('y'))
  assert.equal(decodeByteMap(readFileSync(scratch.path('real'))).length, 2)
  assert.equal(statSync(scratch.path('real')).mode & 0o777, 0o600)
})

test('a damaged file is refused and not touched', async () => {
  using scratch = new Scratch()
  const path = scratch.path('offsets')
  const whole = encodeByteMap([[Buffer.from('k'), Buffer.from('v')]])
  writeFileSync(path, whole.subarray(0, -3))
  await assert.rejects(open(path), /offset file .*offsets is damaged: the data ends too early \(at byte \d+ of \d+\)/)
  assert.deepEqual(readFileSync(path), Buffer.from(whole.subarray(0, -3)))
})

test('a folder that is not there is refused at the start', async () => {
  using scratch = new Scratch()
  await assert.rejects(open(scratch.path('none/offsets')), /The offset file .* cannot be made: ENOENT/)
})

test('a write that fails says so, leaves the file as it was, and does not stand in the way of the next', async () => {
  using scratch = new Scratch()
  const path = scratch.path('offsets')
  const { log, read } = await open(path)
  await log.send('k', Buffer.from('1'))
  mkdirSync(`${path}.tmp`) // no file can be made there
  await assert.rejects(log.send('k', Buffer.from('2')), /cannot be written: EISDIR/)
  assert.deepEqual(content(path), { k: '1' })
  assert.deepEqual(read, ['0 k=1'])
})

test('many senders share a write of the file', async () => {
  using scratch = new Scratch()
  const path = scratch.path('offsets')
  const { log, read } = await open(path)
  await Promise.all(Array.from({ length: 200 }, (_, i) => log.send(`k${i}`, Buffer.from(String(i)))))
  assert.equal(read.length, 200)
  assert.equal(decodeByteMap(readFileSync(path)).length, 200)
})
