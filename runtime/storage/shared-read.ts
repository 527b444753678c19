import type { StoreLog } from './log.ts'

/**
 * Reads to the end of a log for many askers at once: whoever asks while a read is under way shares the next one with all others that
 * do, since the one under way may have looked up the end too early. So that a hundred tasks that start together cost two reads.
 */
export class SharedRead {
  readonly #log: StoreLog
  #running: Promise<void> | null = null
  #next: Promise<void> | null = null

  constructor(log: StoreLog) {
    this.#log = log
  }

  /** Not bounded in time: askers bring their own deadlines. */
  toEnd(): Promise<void> {
    if (this.#running === null) return this.#read()
    this.#next ??= this.#running.then(
      () => this.#read(),
      () => this.#read(),
    )
    return this.#next
  }

  #read(): Promise<void> {
    this.#next = null
    const read = this.#log.readToEnd().finally(() => {
      if (this.#running === read) this.#running = null
    })
    this.#running = read
    return read
  }
}
