import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { javaTool, startJava } from './java.ts'
import { kafkaJars } from './jars.ts'
import { freePorts, type ServerProcess, waitFor } from './process.ts'
import { makeStores, type Stores } from './stores.ts'

export interface KafkaOptions {
  /** Extra `server.properties`. */
  readonly extra?: Readonly<Record<string, string>>
  /** Adds a SASL_SSL listener (SCRAM and PLAIN) with keytool-made stores. */
  readonly secure?: boolean
}

/** The one user of the secure listener. */
export const secureUser = { username: 'connect', password: 'connect-secret' } as const

export interface KafkaServer extends AsyncDisposable {
  readonly bootstrap: string
  readonly secureBootstrap: string | null
  readonly stores: Stores | null
  readonly pid: number
  log(): string
  kill(): Promise<void>
  /** Starts the broker again on the same ports and data after a kill or stop. */
  restart(): Promise<void>
  /** Halts the process (SIGSTOP) or lets it go on (SIGCONT). */
  signal(name: NodeJS.Signals): void
  stop(): Promise<void>
}

/** A single-node Apache Kafka (KRaft) on free loopback ports; its data goes when it stops. */
export async function startKafka(options: KafkaOptions = {}): Promise<KafkaServer> {
  await kafkaJars()
  const folder = mkdtempSync(join(tmpdir(), 'sluice-kafka-'))
  const [plain, controller, secure] = (await freePorts(3)) as [number, number, number]
  const stores = options.secure === true ? await makeStores(join(folder, 'stores')) : null
  const properties = join(folder, 'server.properties')
  const lines = {
    ...serverProperties(folder, plain, controller),
    ...(stores === null ? {} : secureProperties(plain, controller, secure, stores)),
    ...options.extra,
  }
  writeFileSync(
    properties,
    Object.entries(lines)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  )
  const id = (await javaTool('kafka.tools.StorageTool', ['random-uuid'])).trim().split('\n').at(-1) ?? ''
  const scram = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
    '--add-scram',
    `${mechanism}=[name=${secureUser.username},password=${secureUser.password}]`,
  ])
  await javaTool('kafka.tools.StorageTool', ['format', '-t', id, '-c', properties, ...(stores === null ? [] : scram)])
  const server = new LocalKafka(folder, properties, plain, stores === null ? null : secure, stores)
  await server.restart()
  return server
}

class LocalKafka implements KafkaServer {
  readonly bootstrap: string
  readonly secureBootstrap: string | null
  readonly stores: Stores | null
  readonly #folder: string
  readonly #properties: string
  #process: ServerProcess | null = null
  #starts = 0

  constructor(folder: string, properties: string, plain: number, secure: number | null, stores: Stores | null) {
    this.#folder = folder
    this.#properties = properties
    this.bootstrap = `127.0.0.1:${plain}`
    this.secureBootstrap = secure === null ? null : `localhost:${secure}`
    this.stores = stores
  }

  get pid(): number {
    if (this.#process === null) throw new Error('the broker is not running')
    return this.#process.pid
  }

  log(): string {
    return this.#process?.log() ?? ''
  }

  signal(name: NodeJS.Signals): void {
    this.#process?.signal(name)
  }

  async restart(): Promise<void> {
    const logFile = join(this.#folder, `server-${++this.#starts}.log`)
    const server = await startJava('kafka.Kafka', [this.#properties], { logFile, heap: ['-Xms512M', '-Xmx512M'] })
    this.#process = server
    const started = (): true | undefined => (server.log().includes('Kafka Server started') ? true : undefined)
    await waitFor('Apache Kafka', started, { timeoutMs: 180_000, server })
  }

  async kill(): Promise<void> {
    await this.#process?.kill()
  }

  async stop(): Promise<void> {
    await this.#process?.kill() // its data goes anyway; a clean shutdown would only cost time
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}

function serverProperties(folder: string, plain: number, controller: number): Record<string, string> {
  const data = join(folder, 'data')
  mkdirSync(data, { recursive: true })
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    listeners: `PLAINTEXT://127.0.0.1:${plain},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${plain}`,
    'inter.broker.listener.name': 'PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL',
    'log.dirs': data,
    'num.partitions': '1',
    'default.replication.factor': '1',
    'min.insync.replicas': '1',
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '4',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    'share.coordinator.state.topic.num.partitions': '1',
    'group.initial.rebalance.delay.ms': '0',
    'group.min.session.timeout.ms': '1000',
  }
}

function secureProperties(plain: number, controller: number, secure: number, stores: Stores): Record<string, string> {
  const login = `username="${secureUser.username}" password="${secureUser.password}"`
  const scram = `org.apache.kafka.common.security.scram.ScramLoginModule required ${login};`
  return {
    listeners: `PLAINTEXT://127.0.0.1:${plain},SASL_SSL://127.0.0.1:${secure},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${plain},SASL_SSL://localhost:${secure}`,
    'sasl.enabled.mechanisms': 'SCRAM-SHA-256,SCRAM-SHA-512,PLAIN',
    'listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config': scram,
    'listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config': scram,
    'listener.name.sasl_ssl.plain.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required ${login} user_${secureUser.username}="${secureUser.password}";`,
    'ssl.keystore.location': stores.serverKeystore,
    'ssl.keystore.password': stores.password,
    'ssl.keystore.type': 'PKCS12',
    'ssl.truststore.location': stores.truststoreJks,
    'ssl.truststore.password': stores.password,
    'ssl.truststore.type': 'JKS',
    'ssl.client.auth': 'requested',
  }
}
