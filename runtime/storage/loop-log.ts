import type { OpenLog } from './log.ts'

/** A `StoreLog` that keeps nothing: what is sent comes back to its reader, and is gone with the process. */
export function loopLog(nowMs: () => number): OpenLog {
  return (onRecord) => {
    let offset = 0
    const done = (): Promise<void> => Promise.resolve()
    return {
      partitionCount: 1,
      start: done,
      readToEnd: done,
      send: (key, value) => {
        onRecord({ offset: offset++, timestamp: nowMs(), key: Buffer.from(key), value })
        return Promise.resolve()
      },
      close: done,
    }
  }
}
