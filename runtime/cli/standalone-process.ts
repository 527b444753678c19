import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { parseStandaloneConfig, type StandaloneConfig } from '../config/worker-config.ts'
import type { ConfigEvent } from '../core/config-reducer.ts'
import { StandaloneHerder } from '../herder/standalone-herder.ts'
import { herderConfigStore, herderOffsetStore, herderStatusStore } from '../herder/store-adapters.ts'
import type { HerderStores } from '../herder/stores.ts'
import { systemClock } from '../platform/clock.ts'
import type { Loggers } from '../platform/logger.ts'
import { type ConfigListener, ConfigStore } from '../storage/config-store.ts'
import { loopLog } from '../storage/loop-log.ts'
import { offsetFile } from '../storage/offset-file.ts'
import { OffsetStore } from '../storage/offset-store.ts'
import { StatusStore } from '../storage/status-store.ts'
import type { Worker } from '../worker/worker.ts'
import type { ConnectorFile } from './connector-file.ts'
import type { WorkerFile } from './environment.ts'
import { checkWorkerConverters } from './worker-converters.ts'
import { type Ground, prepareGround, type WorkerKind } from './worker-ground.ts'
import { makeWorker, sinkOffsetAdmin } from './worker-parts.ts'
import { abandon, listenForAdmin, publicApp, restContext, setLevel, stopServing } from './worker-rest.ts'

export interface RunningStandalone {
  /** Where REST answers. */
  readonly url: string
  /** Creates a connector of the command line; rejects when it is invalid or does not start. */
  create(connector: ConnectorFile): Promise<void>
  /** To be called once all of them are there: the worker is ready. */
  complete(): void
  stop(): Promise<void>
}

const standalone: WorkerKind<StandaloneConfig> = {
  parse: parseStandaloneConfig,
  logger: 'org.apache.kafka.connect.runtime.standalone.StandaloneHerder',
  adminClientId: ({ values }) =>
    `${values['client.id'] === '' ? 'connect-standalone' : values['client.id']}-shared-admin`,
}

/** Puts a standalone worker together and starts it, still without connectors: the composition root. */
export async function startStandalone(file: WorkerFile, loggers: Loggers): Promise<RunningStandalone> {
  const ground = await prepareGround(standalone, file, loggers)
  let assembled: Assembled | null = null
  try {
    assembled = assemble(ground)
    return await serve(ground, assembled)
  } catch (error) {
    await abandon(ground, assembled?.herder ?? null)
    throw error
  }
}

async function serve(ground: Ground<StandaloneConfig>, { herder, worker }: Assembled): Promise<RunningStandalone> {
  const { config, log, rest, url, workerId } = ground
  const context = restContext(ground, herder, worker)
  await checkWorkerConverters(config.values, (name) => worker.pluginConfig(name, null))
  await listenForAdmin(ground, context)
  await herder.start()
  rest.serve(publicApp(config, context))
  log.info(`Worker ${workerId} runs by itself and answers at ${url}`)
  return {
    url,
    create: async ({ name, config: connector, initialState }) => {
      await herder.createConnector(name, connector, initialState)
    },
    complete: () => herder.complete(),
    stop: () => stopServing(ground, herder),
  }
}

interface Assembled {
  readonly herder: StandaloneHerder
  readonly worker: Worker
}

function assemble(ground: Ground<StandaloneConfig>): Assembled {
  const { config, loggers, log, info, workerId, admin } = ground
  const offsetPath = resolve(config.values['offset.storage.file.filename'])
  // The stores tell the herder of what they read, and the herder is made with the stores.
  let onConfigEvent: (event: ConfigEvent) => void = () => undefined
  const stores = openLocalStores(offsetPath, loggers, (event) => onConfigEvent(event))
  const made: { worker: Worker | null } = { worker: null }
  const herder = new StandaloneHerder({
    config,
    info,
    workerId,
    stores,
    worker: (listener) =>
      (made.worker = makeWorker(config, loggers, {
        workerId,
        listener,
        offsets: stores.offsets,
        offsetTopic: null,
        // No two workers have one offset file: whoever comes back with it takes its old places in consumer groups.
        memberPrefix: `${hostname()}:${offsetPath}`,
      })),
    sinkOffsets: sinkOffsetAdmin(admin),
    setLoggerLevel: (logger, level) => setLevel(loggers, made.worker, logger, level),
    clock: systemClock,
    log,
  })
  onConfigEvent = (event) => herder.onConfigEvent(event)
  const { worker } = made
  if (worker === null) throw new Error('the herder was made without a worker')
  return { herder, worker }
}

/** Configs and statuses live as long as the process, source offsets in their file. */
function openLocalStores(offsetPath: string, loggers: Loggers, onConfig: ConfigListener): HerderStores {
  const clock = systemClock
  const log = loggers.get('org.apache.kafka.connect.storage')
  const nowMs = (): number => clock.nowMs()
  const inMemory = { topic: 'memory', open: loopLog(nowMs), clock, log }
  const configs = new ConfigStore({ ...inMemory, openWriter: null })
  configs.on(onConfig)
  const offsets = new OffsetStore({ topic: offsetPath, open: offsetFile(offsetPath, nowMs), clock, log })
  return {
    config: herderConfigStore(configs),
    statuses: herderStatusStore(new StatusStore(inMemory), clock),
    offsets: herderOffsetStore(offsets),
  }
}
