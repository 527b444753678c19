import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, mock, test } from 'node:test'
import { AppendedFile } from '../../../../connectors/file/appended-file.ts'

let folder = ''
let file = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-file-'))
  file = join(folder, 'out')
})
afterEach(() => {
  mock.restoreAll()
  rmSync(folder, { recursive: true, force: true })
})

/** As much of a file handle as an appender writes with. */
interface Writable {
  write(buffer: Buffer, offset?: number, length?: number): Promise<{ bytesWritten: number }>
}

/** What all file handles share; Node does not export their class. */
async function handles(): Promise<FileHandle> {
  await using handle = await open(file, 'a')
  return Object.getPrototypeOf(handle) as FileHandle
}

/** Lets the next writes take only so many bytes each; null fails one. */
async function cutWrites(...bytes: readonly (number | null)[]): Promise<void> {
  const prototype: Writable = await handles()
  const { write } = prototype
  const left = [...bytes]
  mock.method(prototype, 'write', function (this: Writable, buffer: Buffer) {
    const max = left.length > 0 ? left.shift() : buffer.length
    return max === null ? Promise.reject(new Error('no space left')) : write.call(this, buffer, 0, max)
  })
}

async function appendTo(...texts: readonly string[]): Promise<void> {
  const appender = await AppendedFile.open(file)
  for (const text of texts) await appender.append(text)
  await appender.close()
}

describe('several appenders of one file', () => {
  test('write whole lines and nothing else', async () => {
    const write = async (name: string): Promise<void> => {
      const appender = await AppendedFile.open(file)
      const lines = `${name} ${'x'.repeat(90)}\n`.repeat(500)
      for (let i = 0; i < 200; i++) {
        await appender.append(lines)
        await appender.flush()
      }
      await appender.close()
    }
    await Promise.all(['a', 'b', 'c'].map(write))
    const lines = readFileSync(file, 'latin1').split('\n')
    assert.equal(lines.pop(), '')
    assert.deepEqual([lines.length, new Set(lines).size], [300_000, 3])
  })

  test('end a torn line once', async () => {
    writeFileSync(file, 'whole\nto')
    const second = await AppendedFile.open(file)
    await appendTo('1\n', '2\n')
    await second.append('3\n')
    await second.close()
    assert.equal(readFileSync(file, 'utf8'), 'whole\nto\n1\n2\n3\n')
  })

  test('do not take a line that another is just writing for torn', async () => {
    writeFileSync(file, 'whole\nru')
    const prototype = await handles()
    const { read } = prototype
    const seen = async function (this: FileHandle, ...args: Parameters<typeof read>) {
      const result = await read.apply(this, args)
      appendFileSync(file, 'nning\n')
      return result
    }
    mock.method(prototype, 'read', seen as typeof read, { times: 1 })
    await appendTo('next\n')
    assert.equal(readFileSync(file, 'utf8'), 'whole\nrunning\nnext\n')
  })
})

describe('a write that is cut short', () => {
  const cases: [(number | null)[], string][] = [
    [[2], 'on\none\ntwo\nthree\n'],
    [[4], 'one\ntwo\nthree\n'],
    [[10], 'one\ntwo\nth\nthree\n'],
    [[13], 'one\ntwo\nthree\nthree\n'],
    [[10, 1], 'one\ntwo\nth\nthree\n'],
    [[10, 3, 2], 'one\ntwo\nth\nth\nt\nthree\n'],
  ]
  for (const [cuts, text] of cases) {
    test(`after ${cuts.join(', then ')} bytes goes on with the whole of the line that was cut`, async () => {
      await cutWrites(...cuts)
      await appendTo('one\ntwo\nthree\n')
      assert.equal(readFileSync(file, 'utf8'), text)
    })
  }

  test('by an error is ended by whoever opens the file next', async () => {
    await cutWrites(6, null)
    await assert.rejects(appendTo('one\ntwo\n'), /no space left/)
    await appendTo('two\n')
    assert.equal(readFileSync(file, 'utf8'), 'one\ntw\ntwo\n')
  })
})
