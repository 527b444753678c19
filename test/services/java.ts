import { join } from 'node:path'
import { type KafkaJars, kafkaJars } from './jars.ts'
import { run, type ServerProcess, startServer } from './process.ts'

/** The garbage collector flags of upstream's start script. */
const jvmFlags = [
  '-server',
  '-XX:+UseG1GC',
  '-XX:MaxGCPauseMillis=20',
  '-XX:InitiatingHeapOccupancyPercent=35',
  '-XX:+ExplicitGCInvokesConcurrent',
  '-Djava.awt.headless=true',
]

export function javaBinary(): string {
  const home = process.env['JAVA_HOME']
  return home === undefined || home === '' ? 'java' : join(home, 'bin', 'java')
}

function javaArgs(jars: KafkaJars, log4j: string, heap: readonly string[], mainClass: string): string[] {
  const config = join(jars.libs, '..', log4j)
  return [...heap, ...jvmFlags, `-Dlog4j2.configurationFile=${config}`, '-cp', `${jars.libs}/*`, mainClass]
}

/** Runs one of Kafka's command line tools, by main class, to its end and gives what it printed. */
export async function javaTool(mainClass: string, args: readonly string[], input?: string): Promise<string> {
  const jars = await kafkaJars()
  const all = [...javaArgs(jars, 'log4j2-tool.properties', ['-Xmx256M'], mainClass), ...args]
  return run(javaBinary(), all, input === undefined ? {} : { input })
}

export async function startJava(
  mainClass: string,
  args: readonly string[],
  options: { logFile: string; heap: readonly string[]; env?: NodeJS.ProcessEnv },
): Promise<ServerProcess> {
  const jars = await kafkaJars()
  return startServer(javaBinary(), [...javaArgs(jars, 'log4j2.properties', options.heap, mainClass), ...args], {
    logFile: options.logFile,
    ...(options.env === undefined ? {} : { env: options.env }),
  })
}
