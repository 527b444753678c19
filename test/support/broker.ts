import assert from 'node:assert/strict'
import { BrokerServer } from '../../broker/server.ts'
import type { SaslOptions } from '../../broker/sasl/mechanism.ts'
import { systemClock } from '../../runtime/platform/clock.ts'

export interface TestBrokerOptions {
  /** Where it keeps its data; left out: in memory. */
  readonly folder?: string
  /** The port of an earlier one, to come back in its place. */
  readonly port?: number
  /** Of logs in memory. */
  readonly memoryBytesMax?: number
  /** Who may connect; left out: everybody. */
  readonly sasl?: SaslOptions
  /** Told of its errors; left out: one fails the test. */
  readonly onError?: (error: unknown) => void
}

/** An embedded broker on a loopback port, without the waits of a real one. An error of its own fails the test. */
export function startBroker({
  folder,
  port = 0,
  memoryBytesMax = 1 << 30,
  sasl,
  onError,
}: TestBrokerOptions = {}): Promise<BrokerServer> {
  return BrokerServer.start({
    host: '127.0.0.1',
    port,
    ...(sasl === undefined ? {} : { sasl }),
    folder: folder ?? null,
    memoryBytesMax,
    defaultPartitions: 1,
    createTopics: true,
    clock: systemClock,
    initialRebalanceDelayMs: 0,
    sessionTimeoutMs: { min: 100, max: 1_800_000 },
    onTorn: () => undefined,
    onError: onError ?? ((error) => assert.fail(String(error))),
  })
}
