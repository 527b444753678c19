import type { Stores } from '../services/stores.ts'

/** What the test runner says about the shared Apache Kafka. */
export const kafkaEnv = {
  bootstrap: process.env['SLUICE_TEST_BOOTSTRAP'] ?? '',
  secureBootstrap: process.env['SLUICE_TEST_SECURE_BOOTSTRAP'] ?? '',
  stores: (JSON.parse(process.env['SLUICE_TEST_STORES'] ?? 'null') ?? null) as Stores | null,
}

const missing = 'no Apache Kafka: run through "npm test", which starts one (needs Java 17 and Maven)'

/** For `test(name, needsKafka, …)`: skips with the reason without a broker; with CI=true it lets the test run and fail. */
export const needsKafka: { skip: string | false } = {
  skip: kafkaEnv.bootstrap === '' && process.env['CI'] !== 'true' ? missing : false,
}
