import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'
import { answers, workerProperties, writeProperties } from '../services/connect.ts'
import { kafkaJars } from '../services/jars.ts'
import { startJava } from '../services/java.ts'
import { secureUser } from '../services/kafka.ts'
import { freePorts, type ServerProcess, startServer, waitFor } from '../services/process.ts'
import type { Stores } from '../services/stores.ts'
import { kafkaEnv, needsKafka } from './kafka-env.ts'

const sluice = fileURLToPath(new URL('../../../bin/sluice.js', import.meta.url))
const login = `org.apache.kafka.common.security.scram.ScramLoginModule required username="${secureUser.username}" password="${secureUser.password}";`

/** Security as users write it: three times, since tasks do not inherit the worker's. */
function security(prefix: string, stores: Stores, type: 'JKS' | 'PKCS12'): Record<string, string> {
  const jks = type === 'JKS'
  const own = {
    'security.protocol': 'SASL_SSL',
    'sasl.mechanism': 'SCRAM-SHA-512',
    'sasl.jaas.config': login,
    'ssl.truststore.location': jks ? stores.truststoreJks : stores.truststorePkcs12,
    'ssl.truststore.password': stores.password,
    'ssl.truststore.type': type,
    'ssl.keystore.location': jks ? stores.clientKeystoreJks : stores.clientKeystorePkcs12,
    'ssl.keystore.password': stores.password,
    'ssl.keystore.type': type,
    'ssl.key.password': stores.password,
  }
  return Object.fromEntries(Object.entries(own).map(([key, value]) => [prefix + key, value]))
}

test(
  "a Java worker's file for a SASL_SSL listener starts ours, which goes on from its offsets, and back again",
  needsKafka,
  async () => {
    const { secureBootstrap, stores } = kafkaEnv
    assert.ok(stores)
    const { plugins } = await kafkaJars()
    const folder = mkdtempSync(join(tmpdir(), 'sluice-secure-'))
    const [port] = (await freePorts(1)) as [number]
    const group = `secure-${port}`
    const file = join(folder, 'worker.properties')
    const [input, output] = [join(folder, 'in'), join(folder, 'out')]
    writeProperties(file, {
      ...workerProperties(secureBootstrap, group, port),
      'offset.flush.interval.ms': '500',
      'plugin.path': plugins,
      'plugin.discovery': 'service_load',
      ...security('', stores, 'JKS'),
      ...security('producer.', stores, 'PKCS12'),
      ...security('consumer.', stores, 'JKS'),
    })
    const url = `http://127.0.0.1:${port}`
    const java = (log: string): Promise<ServerProcess> =>
      startJava('org.apache.kafka.connect.cli.ConnectDistributed', [file], {
        logFile: join(folder, log),
        heap: ['-Xmx512M'],
      })
    const written = (): string => readFileSync(output, 'utf8')
    const committed = async (position: number): Promise<true | undefined> => {
      const source = (await (await fetch(`${url}/connectors/src/offsets`)).json()) as {
        offsets: { offset: { position: number } }[]
      }
      const sink = (await (await fetch(`${url}/connectors/snk/offsets`)).json()) as {
        offsets: { offset: { kafka_offset: number } }[]
      }
      return source.offsets[0]?.offset.position === position &&
        sink.offsets[0]?.offset.kafka_offset === written().split('\n').length - 1
        ? true
        : undefined
    }
    const served = async (server: ServerProcess, text: string): Promise<void> => {
      await waitFor('REST', () => answers(`${url}/connectors`), { timeoutMs: 180_000, server })
      await waitFor(text, () => (written() === text ? true : undefined), { timeoutMs: 120_000, server })
      await waitFor('commits', () => committed(readFileSync(input).length), { timeoutMs: 30_000, server })
      await server.stop()
    }
    writeFileSync(input, 'eins\nzwei\n')
    writeFileSync(output, '')
    const first = await java('java-1.log')
    await waitFor('REST', () => answers(`${url}/connectors`), { timeoutMs: 180_000, server: first })
    for (const [name, config] of Object.entries({
      src: { 'connector.class': 'FileStreamSource', file: input, topic: `${group}-lines` },
      snk: { 'connector.class': 'FileStreamSink', file: output, topics: `${group}-lines` },
    })) {
      const answer = await fetch(`${url}/connectors/${name}/config`, {
        method: 'PUT',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(config),
      })
      assert.equal(answer.status, 201, await answer.text())
    }
    await served(first, 'eins\nzwei\n')
    appendFileSync(input, 'drei\n')
    const ours = await startServer(process.execPath, [sluice, 'worker', file], { logFile: join(folder, 'ours.log') })
    await served(ours, 'eins\nzwei\ndrei\n')
    assert.doesNotMatch(ours.log(), new RegExp(`${secureUser.password}|${stores.password}`), 'no secret in the log')
    appendFileSync(input, 'four\n')
    await served(await java('java-2.log'), 'eins\nzwei\ndrei\nfour\n')
    rmSync(folder, { recursive: true, force: true })
  },
)
