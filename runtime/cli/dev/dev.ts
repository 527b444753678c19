import { existsSync } from 'node:fs'
import { LogLevelTree } from '../../platform/log-levels.ts'
import { Loggers } from '../../platform/logger.ts'
import { tornText } from '../broker.ts'
import { startLevels } from '../log-settings.ts'
import { portOption } from '../port-option.ts'
import { explain } from '../run.ts'
import { exitOnSecondSignal, stopSignal } from '../signals.ts'
import { readArgs, UsageError } from '../usage.ts'
import { readWorkerFile } from '../worker.ts'
import { readConnectorFolder, workerFileName } from './connector-folder.ts'
import { Deployer, type Deployment } from './deployer.ts'
import { type Embedded, type EmbeddedOptions, startEmbedded } from './embedded.ts'
import { herderTarget } from './herder-target.ts'
import { LiveLine } from './live-line.ts'
import { LogWatch } from './log-watch.ts'
import { overviewText } from './overview.ts'
import { openPlace, type Place } from './place.ts'
import { ProgressCounts, progressLine } from './progress.ts'

const options = { port: { type: 'string' }, 'kafka-port': { type: 'string' } } as const
/** How often counts and files are looked at. */
const lookEveryMs = 500

/** `sluice dev [DIR]`: the embedded broker, a worker, and the connectors of a folder, until it is told to stop. */
export async function devCommand(args: readonly string[]): Promise<number> {
  const { positionals, values } = readArgs(args, options)
  if (positionals.length > 1) throw new UsageError('expected at most one argument: DIR')
  const restPort = portOption(values.port, 'port')
  const kafkaPort = portOption(values['kafka-port'], 'kafka-port')
  const stopped = stopSignal()
  const place = openPlace(positionals[0] ?? null)
  // Paths in the files of a folder count from there, wherever it was started from.
  if (place.connectors !== null) process.chdir(place.connectors)
  const line = new LiveLine(process.stdout, () => performance.now())
  process.stdout.on('resize', () => line.redraw())
  const watch = new LogWatch(place.log, () => performance.now())
  const started = start(place, { restPort, kafkaPort }, line)
  const embedded = await Promise.race([started, stopped])
  // Nothing is to be stopped in order yet: what the broker has written is there at the next start.
  if (embedded === 'stop') return 130
  return await run(embedded, place, { line, watch }, stopped)
}

function start(place: Place, ports: EmbeddedOptions['ports'], line: LiveLine): Promise<Embedded> {
  const own = existsSync(workerFileName) && place.connectors !== null ? readWorkerFile(workerFileName) : {}
  if ((own['bootstrap.servers'] ?? process.env['CONNECT_BOOTSTRAP_SERVERS']) !== undefined)
    line.print('bootstrap.servers is left aside: sluice dev has a broker of its own.')
  const loggers = new Loggers(new LogLevelTree(startLevels(process.env)), 'text', { file: place.log })
  const log = loggers.get('sluice.broker')
  return startEmbedded({
    own,
    environment: process.env,
    ports,
    dataFolder: place.data,
    loggers,
    notice: (text) => line.print(text),
    onBroker: {
      onError: (error) => log.error(`The embedded broker: ${error}`),
      onTorn: (each, bytes) => log.warn(tornText(each, bytes).trimEnd()),
    },
  })
}

interface Output {
  readonly line: LiveLine
  readonly watch: LogWatch
}

async function run(embedded: Embedded, place: Place, output: Output, stopped: Promise<'stop'>): Promise<number> {
  const { broker, worker } = embedded
  const { line } = output
  const deployer = new Deployer(herderTarget(worker.herder), place.deployed)
  const deploy = async (missing: boolean): Promise<void> => {
    if (place.connectors === null) return
    const outcomes = await deployer.deploy(readConnectorFolder(place.connectors), missing)
    for (const outcome of outcomes) if (!missing || outcome.kind !== 'deployed') line.print(deploymentText(outcome))
  }
  const ended = new AbortController()
  // A plugin may take its time over a config: the end is heard all the while.
  const looking = deploy(true).then(async () => {
    if (ended.signal.aborted) return
    line.print(overview(embedded, place))
    await look(embedded, output, () => deploy(false), ended.signal)
  })
  const failure = (error: unknown) => ({ error })
  const end = await Promise.race([
    stopped,
    broker.failed.catch(failure),
    worker.failed.catch(failure),
    looking.then(() => 'stop' as const, failure),
  ])
  ended.abort()
  line.end()
  if (typeof end === 'object') process.stderr.write(`sluice dev: ${explain(end.error)}\n`)
  else line.print('Stopping; Ctrl-C again ends it at once.')
  exitOnSecondSignal()
  await embedded.stop()
  line.print('Stopped.')
  return typeof end === 'object' ? 2 : 0
}

/** Shows counts and failures and deploys what has changed, until it is over. */
async function look(
  { worker }: Embedded,
  { line, watch }: Output,
  deploy: () => Promise<void>,
  over: AbortSignal,
): Promise<void> {
  const failures = new Map<string, string>()
  const counts = new ProgressCounts()
  while (!over.aborted) {
    const progress = counts.of(worker.herder, await worker.measurements())
    for (const text of watch.next()) line.print(text)
    for (const { name, failure } of progress) {
      if (failure !== null && failures.get(name) !== failure) line.print(`${name} has failed: ${failure}`)
      if (failure === null) failures.delete(name)
      else failures.set(name, failure)
    }
    line.show(progressLine(progress))
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
    if (!over.aborted) await deploy()
  }
}

function overview({ broker, worker }: Embedded, place: Place): string {
  const { herder, url } = worker
  const connectors = herder.connectors().map((name) => herder.connectorInfoNow(name) ?? { name, config: {} })
  return overviewText({
    startedMs: performance.now(),
    bootstrap: broker.bootstrap,
    url: url.replace(/\/$/, ''),
    dataFolder: place.data,
    logFile: place.log,
    connectors,
  })
}

function deploymentText(outcome: Deployment): string {
  switch (outcome.kind) {
    case 'deployed':
      return `${outcome.file}: ${outcome.name} is deployed`
    case 'refused':
      return `${outcome.file} is not deployed: ${outcome.reason}`
    case 'ignored':
      return `${outcome.file}: ${outcome.reason}`
    case 'gone':
      return `${outcome.file} names ${outcome.name} no more; the connector stays until you delete it by REST`
  }
}
