import { openAdmin, openFetcher } from '../../runtime/kafka/client-config/clients.ts'
import type { NumberedLines } from './numbered-lines.ts'

/** The group of a sink connector, as Connect names it. */
const groupOf = (connector: string): string => `connect-${connector}`

/** Which line of the text each offset of the topic holds; -1 where it is none. */
export async function lineNumbers(bootstrap: string, topic: string, lines: NumberedLines): Promise<number[]> {
  const end = await endOffset(bootstrap, topic)
  await using fetcher = await openFetcher({ 'bootstrap.servers': bootstrap, 'auto.offset.reset': 'earliest' })
  fetcher.assign([{ topic, partition: 0, offset: 0 }])
  const numbers: number[] = []
  while (numbers.length < end) {
    for (const { value } of await fetcher.poll(10_000, 10_000))
      numbers.push(value === null ? -1 : lines.numberOf(value))
  }
  return numbers
}

export async function endOffset(bootstrap: string, topic: string): Promise<number> {
  await using admin = await openAdmin({ 'bootstrap.servers': bootstrap })
  const [found] = await admin.listOffsets([{ topic, partition: 0 }], 'latest')
  return found?.offset ?? 0
}

/** What a sink has committed of its only partition; 0 before the first time. */
export async function committedOffset(bootstrap: string, connector: string): Promise<number> {
  await using admin = await openAdmin({ 'bootstrap.servers': bootstrap })
  const [found] = await admin.groups.offsets(groupOf(connector))
  return Math.max(found?.offset ?? 0, 0)
}
