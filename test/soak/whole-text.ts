import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, statSync } from 'node:fs'
import type { KafkaServer } from '../services/kafka.ts'
import { waitFor } from '../services/process.ts'
import { Scratch } from '../support/scratch.ts'
import { startWorker } from '../support/worker.ts'
import { assertRunning, fileSink, fileSource } from './connectors.ts'
import { writeText } from './corpus.ts'
import type { Report } from './report.ts'

const timeoutMs = 30 * 60_000

/** Real text goes file → topic → file through one worker, both connectors at once, and comes out byte for byte. */
export async function wholeText(kafka: KafkaServer, megabytes: number, report: Report): Promise<void> {
  using scratch = new Scratch()
  const input = scratch.path('in.txt')
  const output = scratch.path('out.txt')
  const bytes = writeText(input, megabytes * 1e6)
  await using worker = await startWorker({ bootstrap: kafka.bootstrap, group: 'soak-whole' })
  const startMs = performance.now()
  await worker.run('soak-whole-in', fileSource(input, 'soak-whole'))
  await worker.run('soak-whole-out', fileSink(output, 'soak-whole'))
  const size = (): number => statSync(output, { throwIfNoEntry: false })?.size ?? 0
  const arrived = async (): Promise<true | undefined> => {
    if (size() >= bytes) return true
    await assertRunning(worker, ['soak-whole-in', 'soak-whole-out'])
    return undefined
  }
  await waitFor(`${bytes} bytes in ${output}`, arrived, { timeoutMs, server: worker.process, everyMs: 200 })
  const seconds = (performance.now() - startMs) / 1000
  await worker.stop() // what was still to be written would be there now
  const [before, after] = await Promise.all([digest(input), digest(output)])
  report.figure('whole text', `${before.lines} lines, ${bytes} bytes in ${seconds.toFixed(1)} s`)
  report.check('whole text: the same bytes', before.sha256 === after.sha256, `${size()} bytes arrived`)
}

async function digest(file: string): Promise<{ sha256: string; lines: number }> {
  const hash = createHash('sha256')
  let lines = 0
  const stream = createReadStream(file, { highWaterMark: 1 << 20 })
  stream.on('data', (chunk) => {
    const bytes = Buffer.from(chunk)
    hash.update(bytes)
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines += 1
  })
  await once(stream, 'close')
  return { sha256: hash.digest('hex'), lines }
}
