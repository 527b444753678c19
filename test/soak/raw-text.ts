import { readFileSync, statSync } from 'node:fs'
import { startJavaConnect } from '../services/connect.ts'
import type { KafkaServer } from '../services/kafka.ts'
import { waitFor } from '../services/process.ts'
import { RestClient } from '../support/rest-client.ts'
import { Scratch } from '../support/scratch.ts'
import { startWorker } from '../support/worker.ts'
import { fileSink, fileSource } from './connectors.ts'
import { lastLine, writeRawText } from './corpus.ts'
import type { Report } from './report.ts'

const timeoutMs = 5 * 60_000
const quietMs = 8000

/**
 * Text as it is found, with lone CRs and bytes that are no UTF-8: we write what the genuine Java worker writes. Its
 * source keeps the last lines back when its buffer has grown for a long one, until the file grows: those are compared
 * with nothing.
 */
export async function rawText(kafka: KafkaServer, megabytes: number, report: Report): Promise<void> {
  using scratch = new Scratch()
  const input = scratch.path('raw')
  writeRawText(input, megabytes * 1e6)
  const { bootstrap } = kafka
  await using sluice = await startWorker({ bootstrap, group: 'soak-raw-sluice' })
  const ours = await copied(sluice.rest, 'sluice', input, scratch)
  await using java = await startJavaConnect(bootstrap, 'soak-raw-java')
  const theirs = await copied(new RestClient(java.url), 'java', input, scratch)
  report.figure('raw text', `${statSync(input).size} bytes in, ours ${ours.length} out, Java's ${theirs.length}`)
  report.check('raw text: ours is complete', ours.subarray(-lastLine.length).equals(lastLine), 'the last line is there')
  const same = ours.subarray(0, theirs.length).equals(theirs) && theirs.length > ours.length / 2
  report.check('raw text: as the Java worker writes it', same, same ? 'byte for byte' : difference(ours, theirs))
}

/** File → topic → file through a worker; ends when nothing more comes. */
async function copied(rest: RestClient, name: string, input: string, scratch: Scratch): Promise<Buffer> {
  const output = scratch.path(`raw-${name}`)
  const topic = `soak-raw-${name}`
  await rest.request('PUT', `/connectors/${topic}-in/config`, { body: fileSource(input, topic) })
  await rest.request('PUT', `/connectors/${topic}-out/config`, { body: fileSink(output, topic) })
  const last = { size: 0, sinceMs: performance.now() }
  const quiet = (): true | undefined => {
    const size = statSync(output, { throwIfNoEntry: false })?.size ?? 0
    if (size !== last.size) Object.assign(last, { size, sinceMs: performance.now() })
    return size > 0 && performance.now() - last.sinceMs > quietMs ? true : undefined
  }
  await waitFor(`${output} to be written`, quiet, { timeoutMs, everyMs: 100 })
  return readFileSync(output)
}

function difference(ours: Buffer, theirs: Buffer): string {
  let at = 0
  while (at < ours.length && ours[at] === theirs[at]) at++
  const around = (bytes: Buffer): string => JSON.stringify(bytes.toString('utf8', Math.max(at - 20, 0), at + 20))
  return `at byte ${at} ours ${around(ours)}, Java's ${around(theirs)}`
}
