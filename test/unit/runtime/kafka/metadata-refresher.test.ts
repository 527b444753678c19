import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { KafkaCluster } from '../../../../runtime/kafka/cluster.ts'
import { codeOf } from '../../../../runtime/kafka/errors.ts'
import { MetadataRefresher } from '../../../../runtime/kafka/metadata-refresher.ts'

/** A refresher on a cluster that knows no topic. `asked` resolves with the names of the request after those seen. */
function setUp(isWanted: (topic: string) => boolean) {
  const requests: (readonly string[])[] = []
  let heard = (): void => undefined
  const cluster = {
    retryBackoff: { initialMs: 0, maxMs: 0 },
    metadata: (names: readonly string[]) => {
      requests.push(names)
      heard()
      const errorCode = codeOf('UNKNOWN_TOPIC_OR_PARTITION')
      const topics = names.map((name) => [name, { name, errorCode, isInternal: false, partitions: [] }] as const)
      return Promise.resolve({ topics: new Map(topics) })
    },
  }
  const refresher = new MetadataRefresher(cluster as unknown as KafkaCluster, false, {
    isWanted,
    onRefreshed: () => undefined,
    onTopicFailed: () => undefined,
    onFailed: () => undefined,
  })
  const next = (): Promise<void> =>
    new Promise((resolve) => {
      heard = resolve
    })
  return { refresher, requests, next }
}

describe('topics without a leader', () => {
  test('are asked for again as long as somebody wants them', async () => {
    const wanted = new Set(['kept', 'given up'])
    const { refresher, requests, next } = setUp((topic) => wanted.has(topic))
    refresher.stale('kept')
    refresher.stale('given up')
    await next()
    await next()
    wanted.delete('given up')
    await next()
    await next()
    assert.deepEqual(requests.slice(0, 2), [
      ['kept', 'given up'],
      ['kept', 'given up'],
    ])
    assert.deepEqual(requests.at(-1), ['kept'])
    refresher.close()
  })

  test('a topic that nobody wants is asked for once', async () => {
    const { refresher, requests, next } = setUp(() => false)
    refresher.stale('t')
    await next()
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve))
    refresher.stale('another')
    await next()
    assert.deepEqual(requests, [['t'], ['another']])
    refresher.close()
  })
})
