import type { WorkerConfig } from '../config/worker-config.ts'
import type { Herder } from '../herder/herder.ts'
import { type Measurement, prometheusText } from '../metrics/prometheus.ts'
import { systemClock } from '../platform/clock.ts'
import { isLogLevel } from '../platform/log-levels.ts'
import type { Loggers } from '../platform/logger.ts'
import { adminApp, restApp } from '../rest/app.ts'
import type { RestContext } from '../rest/context.ts'
import { parseHeaderRules } from '../rest/response-headers.ts'
import type { Worker } from '../worker/worker.ts'
import type { Ground } from './worker-ground.ts'

/** A herder that also knows its figures. */
export type MeasuredHerder = Herder & { measurements(): readonly Measurement[] }

export function restContext(
  { config: { values }, loggers, forwarder }: Ground,
  herder: MeasuredHerder,
  worker: Worker,
): RestContext {
  return {
    herder,
    clock: systemClock,
    forwarder,
    topicTracking: { enabled: values['topic.tracking.enable'], allowReset: values['topic.tracking.allow.reset'] },
    metricsText: async () => prometheusText(await workerMeasurements(herder, worker)),
    loggers: {
      all: () => loggers.levels.all(),
      get: (name) => loggers.levels.get(name),
      isLevel: isLogLevel,
      set: (name, level) => setLevel(loggers, worker, name, level),
    },
  }
}

export function publicApp({ values }: WorkerConfig, context: RestContext): ReturnType<typeof restApp> {
  const origins = listOf(values['access.control.allow.origin'])
  const cors = origins.length === 0 ? null : { origins, methods: listOf(values['access.control.allow.methods']) }
  const headers = parseHeaderRules(values['response.http.headers.config'])
  return restApp({ context, cors, headers, admin: values['admin.listeners'] === null })
}

export async function listenForAdmin({ rest, adminListeners, adminTls }: Ground, context: RestContext): Promise<void> {
  const app = adminApp(context)
  for (const listener of adminListeners) await rest.listen(listener, adminTls, () => app)
}

export function setLevel(loggers: Loggers, worker: Worker | null, logger: string, level: string): string[] {
  if (!isLogLevel(level)) return []
  worker?.setLogLevel(logger, level)
  return loggers.levels.set(logger, level, Date.now())
}

const restGraceMs = 2000

/** No new requests from here on; those under way have their time while the work stops. */
export async function stopServing({ rest, admin }: Ground, herder: { stop(): Promise<void> }): Promise<void> {
  const restClosed = rest.close(restGraceMs)
  try {
    await herder.stop()
  } finally {
    await Promise.all([admin.close(), restClosed])
  }
}

/** How long a worker that could not start may take to close what it has opened. */
const giveUpMs = 5000

/** Takes back a start that has failed. What cannot be closed now does not matter any more: the failure does. */
export async function abandon(ground: Ground, herder: { stop(): Promise<void> } | null): Promise<void> {
  const nothing = { stop: () => Promise.resolve() }
  const closed = new AbortController()
  const closing = stopServing(ground, herder ?? nothing)
    .catch((error: unknown) => ground.log.warn('A worker that could not start was not closed in order', { error }))
    .finally(() => closed.abort())
  await Promise.race([closing, systemClock.sleep(giveUpMs, closed.signal)])
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

export async function workerMeasurements(herder: MeasuredHerder, worker: Worker): Promise<Measurement[]> {
  const tasks = await worker.metrics()
  const own = herder.measurements()
  const ofTasks = tasks.flatMap(({ id, groups }) =>
    Object.entries(groups).flatMap(([group, attributes]) =>
      Object.entries(attributes).map(([attribute, value]) => ({
        group,
        attribute,
        value,
        labels: { connector: id.connector, task: String(id.task) },
      })),
    ),
  )
  return [...own, ...ofTasks]
}
