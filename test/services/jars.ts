import { mkdtempSync, rmSync, writeFileSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from './cache.ts'
import { run } from './process.ts'

export const kafkaVersion = '4.3.1'
const log4jVersion = '2.25.3'

export interface KafkaJars {
  /** Folder with the broker, the tools and the Connect runtime. */
  readonly libs: string
  /** A `plugin.path` with the file connectors. */
  readonly plugins: string
}

type Artifact = readonly [group: string, artifact: string, version: string]

const kafka = (artifact: string): Artifact => ['org.apache.kafka', artifact, kafkaVersion]
const log4j = (artifact: string): Artifact => ['org.apache.logging.log4j', artifact, log4jVersion]

/** Apache Kafka's broker, tools and Connect worker, fetched with Maven once. */
export async function kafkaJars(): Promise<KafkaJars> {
  const folder = await once(`kafka-${kafkaVersion}`, async (part) => {
    await copyArtifacts(join(part, 'libs'), [
      ...[
        'kafka_2.13',
        'kafka-tools',
        'connect-runtime',
        'connect-json',
        'connect-transforms',
        'connect-basic-auth-extension',
      ].map(kafka),
      ...['log4j-api', 'log4j-core', 'log4j-slf4j-impl', 'log4j-1.2-api'].map(log4j),
    ])
    // The file connectors live in the plugin path only, as upstream's quick start has it since 3.2.
    await copyArtifacts(join(part, 'plugins', 'connect-file'), [kafka('connect-file')], ['-DexcludeTransitive=true'])
    writeFileSync(join(part, 'log4j2.properties'), log4jConfig('INFO', 'SYSTEM_OUT'))
    writeFileSync(join(part, 'log4j2-tool.properties'), log4jConfig('WARN', 'SYSTEM_ERR'))
  })
  return { libs: join(folder, 'libs'), plugins: join(folder, 'plugins') }
}

export async function copyArtifacts(
  target: string,
  artifacts: readonly Artifact[],
  options: readonly string[] = [],
): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'sluice-pom-'))
  try {
    const dependencies = artifacts.map(
      ([group, artifact, version]) =>
        `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`,
    )
    const pom = join(work, 'pom.xml')
    writeFileSync(
      pom,
      `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>sluice</groupId>` +
        `<artifactId>services</artifactId><version>1</version><packaging>pom</packaging><dependencies>${dependencies.join('')}</dependencies></project>`,
    )
    mkdirSync(target, { recursive: true })
    const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${target}`]
    await run('mvn', ['-q', '-B', '-ntp', '-f', pom, ...goal, ...options])
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

function log4jConfig(level: string, target: string): string {
  return [
    'status=warn',
    `rootLogger.level=${level}`,
    'rootLogger.appenderRef.console.ref=C',
    'appender.console.type=Console',
    'appender.console.name=C',
    `appender.console.target=${target}`,
    'appender.console.layout.type=PatternLayout',
    'appender.console.layout.pattern=[%d] %p %m (%c:%L)%n',
    '',
  ].join('\n')
}
