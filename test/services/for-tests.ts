import { BrokerThread } from '../../broker/thread.ts'
import { type KafkaServer, startKafka } from './kafka.ts'

type Environment = Readonly<Record<string, string>>

export interface TestServices {
  /** What the tests read: where Apache Kafka listens, and whether the Java tools are there. */
  readonly env: Environment
  /** The same for a run on the embedded broker. */
  readonly embeddedEnv: Environment
  stop(): Promise<void>
}

/**
 * The servers that a whole test run shares. One that cannot be had leaves its variable unset: its tests skip with a
 * loud reason, or fail where CI=true.
 */
export async function startTestServices(): Promise<TestServices> {
  const embedded = await startEmbedded()
  const kafka = await startApacheKafka()
  const java: Environment = kafka === null ? {} : { SLUICE_TEST_JAVA: 'true' }
  return {
    env: kafka === null ? {} : { ...java, ...kafkaEnvironment(kafka) },
    embeddedEnv: { ...java, SLUICE_TEST_BOOTSTRAP: embedded.bootstrap, SLUICE_TEST_EMBEDDED: 'true' },
    stop: async () => {
      await Promise.all([kafka?.stop(), embedded.close()])
    },
  }
}

async function startApacheKafka(): Promise<KafkaServer | null> {
  try {
    return await startKafka({ secure: true })
  } catch (error) {
    if (process.env['CI'] === 'true') throw error
    const reason = error instanceof Error ? error.message : String(error)
    process.stderr.write(
      `\n*** No Apache Kafka for the tests: every test that needs it will be skipped.\n*** ${reason}\n`,
    )
    return null
  }
}

function kafkaEnvironment(kafka: KafkaServer): Environment {
  return {
    SLUICE_TEST_BOOTSTRAP: kafka.bootstrap,
    SLUICE_TEST_SECURE_BOOTSTRAP: kafka.secureBootstrap ?? '',
    SLUICE_TEST_STORES: JSON.stringify(kafka.stores),
  }
}

function startEmbedded(): Promise<BrokerThread> {
  const tell = (error: string): void => void process.stderr.write(`\n*** The embedded broker: ${error}\n`)
  return BrokerThread.start(
    {
      host: '127.0.0.1',
      port: 0,
      folder: null,
      memoryBytesMax: 2 ** 31,
      defaultPartitions: 1,
      createTopics: true,
      initialRebalanceDelayMs: 0,
      sessionTimeoutMs: { min: 100, max: 1_800_000 },
    },
    { onError: tell, onTorn: tell },
  )
}
