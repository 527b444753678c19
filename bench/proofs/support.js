// Shared by the proofs: where the broker is, and Kafka's own tools to check with.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { parseAddress } from '../../dist/runtime/kafka/address.js'
import { BrokerConnection } from '../../dist/runtime/kafka/broker-connection.js'

export const bootstrap = process.env.SLUICE_TEST_BOOTSTRAP ?? '127.0.0.1:9092'
const peers = process.env.PEERS ?? new URL('../../../shared/peers', import.meta.url).pathname

export function connect(clientId) {
  return BrokerConnection.open(parseAddress(bootstrap), {
    clientId,
    connectTimeoutMs: 10_000,
    requestTimeoutMs: 30_000,
    tls: null,
    sasl: null,
  })
}

/** Output of one of Kafka's command line tools. */
export async function kafkaTool(...args) {
  const { stdout } = await promisify(execFile)(`${peers}/kafka-tool`, args, {
    env: { ...process.env, BOOTSTRAP: bootstrap },
    maxBuffer: 1 << 26,
  })
  return stdout
}

export function check(what, ok, detail) {
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${what}${detail === undefined ? '' : `: ${detail}`}`)
  if (!ok) process.exitCode = 1
}
