/** A second signal within so long is the same press of Ctrl-C, which npm and npx pass on once more. */
const samePressMs = 500

/**
 * Resolves when the process is told to stop. Before it is asked a signal ends the process at once: ask when there is
 * something that has to be stopped in order.
 */
export function stopSignal(): Promise<'stop'> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve('stop'))
    process.once('SIGTERM', () => resolve('stop'))
  })
}

/**
 * A second signal does not wait for anything. `npx` passes Ctrl-C on to a process that the terminal has sent it to
 * already: what follows so closely must not cut the stop short.
 */
export function exitOnSecondSignal(): void {
  const fromMs = Date.now() + samePressMs
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.on(signal, () => {
      if (Date.now() > fromMs) process.exit(code)
    })
  }
}
