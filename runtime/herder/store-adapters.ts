import type { OffsetMap } from '../../api/index.ts'
import type { ConfigStore } from '../storage/config-store.ts'
import type { OffsetStore } from '../storage/offset-store.ts'
import type { StatusStore } from '../storage/status-store.ts'
import type { Clock } from '../platform/clock.ts'
import type { HerderConfigStore, HerderOffsetStore, HerderStatusStore } from './stores.ts'

/** How long a read or write of offsets may take; within the time of a request. */
const offsetsMs = 60_000
const flushMs = 5000

export function herderConfigStore(store: ConfigStore): HerderConfigStore {
  return store
}

export function herderStatusStore(store: StatusStore, clock: Clock): HerderStatusStore {
  return {
    start: () => store.start(),
    close: () => store.close(),
    connector: (name) => store.connector(name),
    task: (id) => store.task(id),
    tasks: (connector) => store.tasks(connector),
    connectors: () => store.connectors(),
    onStatus: (listener) => store.onStatus(listener),
    putConnector: (connector, update) => store.put({ kind: 'connector', connector }, update),
    putTask: (id, update) => store.put({ kind: 'task', id }, update),
    putConnectorSafe: (connector, update) => store.putSafe({ kind: 'connector', connector }, update),
    putTaskSafe: (id, update) => store.putSafe({ kind: 'task', id }, update),
    topics: (connector) => store.topics(connector).map(({ topic }) => topic),
    putTopic: (connector, task, topic) => store.putTopic({ connector, task, topic, discoveredMs: clock.nowMs() }),
    removeTopics: async (connector) => {
      store.deleteTopics(connector)
      await store.flush(flushMs)
    },
    flush: async () => {
      await store.flush(flushMs)
    },
  }
}

export function herderOffsetStore(store: OffsetStore): HerderOffsetStore {
  return {
    start: () => store.start(),
    close: () => store.close(),
    read: (connector, partitions: readonly OffsetMap[]) => store.read(connector, partitions, offsetsMs),
    all: async (connector) => {
      await store.readToEnd(offsetsMs)
      return store.offsetsOf(connector).filter(({ offset }) => offset !== null)
    },
    append: (records) => store.append(records),
    write: (connector, offsets) => store.write(connector, offsets, offsetsMs),
  }
}
