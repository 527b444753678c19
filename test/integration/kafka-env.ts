import type { Stores } from '../services/stores.ts'

/** What the test runner says about the shared Apache Kafka, or the embedded broker in its place. */
export const kafkaEnv = {
  bootstrap: process.env['SLUICE_TEST_BOOTSTRAP'] ?? '',
  secureBootstrap: process.env['SLUICE_TEST_SECURE_BOOTSTRAP'] ?? '',
  stores: (JSON.parse(process.env['SLUICE_TEST_STORES'] ?? 'null') ?? null) as Stores | null,
  /** Whether the suite runs on the embedded broker. */
  embedded: process.env['SLUICE_TEST_EMBEDDED'] === 'true',
}

type Skip = { skip: string | false }

const fails = process.env['CI'] === 'true'
const needs = (isThere: boolean, missing: string): Skip => ({ skip: isThere || fails ? false : missing })

/** For `test(name, needsKafka, …)`: skips with the reason without a broker; with CI=true it lets the test run and fail. */
export const needsKafka: Skip = needs(
  kafkaEnv.bootstrap !== '',
  'no Apache Kafka: run through "npm test", which starts one (needs Java 17 and Maven)',
)

/** The same for tests that also run the Java worker or other Java classes. */
export const needsJava: Skip = needs(
  process.env['SLUICE_TEST_JAVA'] === 'true',
  'no Java worker or tools: run through "npm test", which gets them (needs Java 17 and Maven)',
)
