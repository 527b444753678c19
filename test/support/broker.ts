import assert from 'node:assert/strict'
import { BrokerServer } from '../../broker/server.ts'
import { systemClock } from '../../runtime/platform/clock.ts'

export interface TestBrokerOptions {
  /** Where it keeps its data; left out: in memory. */
  readonly folder?: string
  /** The port of an earlier one, to come back in its place. */
  readonly port?: number
  /** Of logs in memory. */
  readonly memoryBytesMax?: number
}

/** An embedded broker on a loopback port, without the waits of a real one. An error of its own fails the test. */
export function startBroker({
  folder,
  port = 0,
  memoryBytesMax = 1 << 30,
}: TestBrokerOptions = {}): Promise<BrokerServer> {
  return BrokerServer.start({
    host: '127.0.0.1',
    port,
    folder: folder ?? null,
    memoryBytesMax,
    defaultPartitions: 1,
    createTopics: true,
    clock: systemClock,
    initialRebalanceDelayMs: 0,
    sessionTimeoutMs: { min: 100, max: 1_800_000 },
    onTorn: () => undefined,
    onError: (error) => assert.fail(String(error)),
  })
}
