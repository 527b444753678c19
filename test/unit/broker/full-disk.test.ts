import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { checkout } from '../../support/command.ts'
import { Scratch } from '../../support/scratch.ts'

/** Runs a module with files that may not grow beyond so many KB: the system refuses more, as a full disk does. */
function withSmallFiles(scratch: Scratch, kilobytes: number, code: string): string {
  const script = `
import { FileSegments } from '${join(checkout, 'dist/broker/log/segment-bytes.js')}'
import { PartitionLog } from '${join(checkout, 'dist/broker/log/partition-log.js')}'
import { StateFile } from '${join(checkout, 'dist/broker/state/state-file.js')}'
import { batchOf } from '${join(checkout, 'dist/test/unit/broker/batches.js')}'
const folder = ${JSON.stringify(scratch.folder)}
const attempt = (work) => { try { work(); return true } catch (error) { if (error.code !== 'EFBIG') throw error; return false } }
${code}`
  // In blocks of 512 bytes for the shell of Debian.
  const command = `ulimit -f ${kilobytes * 2}; exec "$0" --input-type=module -e "$1"`
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command, process.execPath, script], { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  return stdout.trim()
}

test('a batch that the disk has no room for leaves nothing behind, in the file and in what is known of it', () => {
  using scratch = new Scratch()
  const said = withSmallFiles(
    scratch,
    64,
    `
const limits = { segmentBytes: 1 << 30, retentionMs: -1, retentionBytes: -1 }
const log = new PartitionLog(new FileSegments(folder + '/log'))
let good = 0
while (attempt(() => log.append(batchOf(['x'.repeat(5000)]), limits))) good++
attempt(() => log.append(batchOf(['y'.repeat(5000)]), limits))
if (log.endOffset !== good) throw new Error('ends at ' + log.endOffset + ' of ' + good)
if (!attempt(() => log.append(batchOf(['small']), limits))) throw new Error('a small one has no room')
log.close()
let torn = 0
const again = new PartitionLog(new FileSegments(folder + '/log'), 0, (bytes) => (torn += bytes))
console.log(again.endOffset - good, torn)
`,
  )
  assert.equal(said, '1 0')
})

test('facts that the disk has no room for are not taken for kept, and those after them are', () => {
  using scratch = new Scratch()
  const said = withSmallFiles(
    scratch,
    16,
    `
const facts = new StateFile(folder + '/facts')
facts.set('first', 1)
if (attempt(() => facts.set('large', 'x'.repeat(20_000)))) throw new Error('there was room')
if (facts.get('large') !== undefined) throw new Error('it is taken for kept')
facts.set('after', 2)
facts.close()
const again = new StateFile(folder + '/facts')
console.log(again.get('first'), again.get('large'), again.get('after'))
`,
  )
  assert.equal(said, '1 undefined 2')
  assert.ok(statSync(scratch.path('facts')).size < 100)
})
