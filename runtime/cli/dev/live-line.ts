/** A stream that is written to: standard output. */
export interface Screen {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** Plain lines come no more often than this: a log that somebody reads later. */
const plainEveryMs = 2000
const clearLine = '\r\u001b[2K'

/** Lines of text, and below them one line that changes in place; without a terminal that one is printed now and then. */
export class LiveLine {
  readonly #screen: Screen
  readonly #nowMs: () => number
  #shown = ''
  #printedMs = Number.NEGATIVE_INFINITY

  constructor(screen: Screen, nowMs: () => number) {
    this.#screen = screen
    this.#nowMs = nowMs
  }

  /** A line that stays. */
  print(text: string): void {
    if (this.#screen.isTTY === true) this.#screen.write(`${clearLine}${text}\n${this.#fitted()}`)
    else this.#screen.write(`${text}\n`)
  }

  /** The line that changes. */
  show(text: string): void {
    if (text === this.#shown) return
    if (this.#screen.isTTY === true) {
      this.#shown = text
      this.#screen.write(`${clearLine}${this.#fitted()}`)
    } else if (this.#nowMs() - this.#printedMs >= plainEveryMs) {
      this.#shown = text
      this.#printedMs = this.#nowMs()
      this.#screen.write(`${text}\n`)
    }
  }

  /** For a terminal that has another width now. */
  redraw(): void {
    if (this.#screen.isTTY === true && this.#shown !== '') this.#screen.write(`${clearLine}${this.#fitted()}`)
  }

  /** Leaves the last counts as a line of their own. */
  end(): void {
    if (this.#screen.isTTY === true && this.#shown !== '') this.#screen.write('\n')
    this.#shown = ''
  }

  /** A line that wraps cannot be cleared. */
  #fitted(): string {
    const columns = (this.#screen.columns ?? 80) - 1
    return this.#shown.length <= columns ? this.#shown : `${this.#shown.slice(0, columns - 1)}…`
  }
}
