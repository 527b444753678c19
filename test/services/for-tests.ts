import { startKafka } from './kafka.ts'

export interface TestServices {
  /** What the tests read: where the servers listen. */
  readonly env: Readonly<Record<string, string>>
  stop(): Promise<void>
}

/**
 * The servers that a whole test run shares. One that cannot be had leaves its variable unset: its tests skip with a
 * loud reason, or fail where CI=true.
 */
export async function startTestServices(): Promise<TestServices> {
  try {
    const kafka = await startKafka({ secure: true })
    return {
      env: {
        SLUICE_TEST_BOOTSTRAP: kafka.bootstrap,
        SLUICE_TEST_SECURE_BOOTSTRAP: kafka.secureBootstrap ?? '',
        SLUICE_TEST_STORES: JSON.stringify(kafka.stores),
      },
      stop: () => kafka.stop(),
    }
  } catch (error) {
    if (process.env['CI'] === 'true') throw error
    const reason = error instanceof Error ? error.message : String(error)
    process.stderr.write(
      `\n*** No Apache Kafka for the tests: every test that needs it will be skipped.\n*** ${reason}\n`,
    )
    return { env: {}, stop: () => Promise.resolve() }
  }
}
