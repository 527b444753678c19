/**
 * Does one thing for many askers at once, such as reading a log to its end: whoever asks while it is under way shares the next time
 * with all others that do, since the one under way may have begun too early for them. A hundred tasks that start together cost two
 * reads; commits that arrive while the offset file is written share the next write.
 */
export class SharedRun {
  readonly #work: () => Promise<void>
  #running: Promise<void> | null = null
  #next: Promise<void> | null = null

  constructor(work: () => Promise<void>) {
    this.#work = work
  }

  /** Not bounded in time: askers bring their own deadlines. */
  run(): Promise<void> {
    if (this.#running === null) return this.#begin()
    this.#next ??= this.#running.then(
      () => this.#begin(),
      () => this.#begin(),
    )
    return this.#next
  }

  #begin(): Promise<void> {
    this.#next = null
    const run = this.#work().finally(() => {
      // With another one to follow it is not free in between: who asks now belongs to that one.
      if (this.#running === run && this.#next === null) this.#running = null
    })
    this.#running = run
    return run
  }
}
