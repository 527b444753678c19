import type { Awaitable } from '../../api/index.ts'

/**
 * What was opened on the way to something, in order (Node 20 has no `AsyncDisposableStack`): closed in reverse once it is
 * not needed any more, or at once when the way was not completed.
 */
export class Opened {
  readonly #closers: (() => Awaitable<void>)[] = []

  add(close: () => Awaitable<void>): void {
    this.#closers.push(close)
  }

  /** Closes everything, last first; every one is tried. @throws the first failure */
  async close(): Promise<void> {
    const failures: unknown[] = []
    for (const close of this.#closers.splice(0).toReversed()) {
      try {
        await close()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0]
  }

  /** Gives what `build` gives. When it fails, everything opened so far is closed; that failure then is the one that counts. */
  static async for<T>(build: (opened: Opened) => Promise<T>, onCloseFailure: (error: unknown) => void): Promise<T> {
    const opened = new Opened()
    try {
      return await build(opened)
    } catch (error) {
      await opened.close().catch(onCloseFailure)
      throw error
    }
  }
}
