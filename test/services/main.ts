import { parseArgs } from 'node:util'
import { startJavaConnect } from './connect.ts'
import { startKafka } from './kafka.ts'

const usage = `Usage: npm run services [-- --java]

Starts Apache Kafka on free loopback ports and says where it listens; with --java also the genuine Java worker.
Runs until Ctrl-C, which takes the data with it.
`

process.exit(await main(process.argv.slice(2)))

async function main(args: readonly string[]): Promise<number> {
  const wanted = read(args)
  if (typeof wanted === 'string') {
    process.stderr.write(`${wanted}\n\n${usage}`)
    return 2
  }
  if (wanted.help) {
    process.stdout.write(usage)
    return 0
  }
  const stopped = stopSignal()
  process.stdout.write('Starting Apache Kafka (the first time it is installed into a cache, which takes a while) ...\n')
  await using kafka = await startKafka()
  process.stdout.write(`Kafka        ${kafka.bootstrap}\n`)
  await using java = wanted.java ? await startJavaConnect(kafka.bootstrap, 'java-connect') : null
  if (java !== null) process.stdout.write(`Java worker  ${java.url}\n`)
  process.stdout.write('Stop: Ctrl-C\n')
  await stopped
  return 0
}

function read(args: readonly string[]): { readonly java: boolean; readonly help: boolean } | string {
  try {
    const flags = { java: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const
    const { java = false, help = false } = parseArgs({ args: [...args], options: flags }).values
    return { java, help }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Asked for before anything starts: a signal in the middle of a start takes back what is there already. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    // The servers hold nothing open here, so that tests can end while they run: this does.
    const hold = setInterval(() => undefined, 60_000)
    const stop = (): void => {
      clearInterval(hold)
      resolve()
    }
    // On, not once: npm passes on a second time what the terminal has sent already.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop)
  })
}
