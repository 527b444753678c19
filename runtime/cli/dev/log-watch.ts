import { closeSync, openSync, readSync, statSync } from 'node:fs'

const line = /^\[[^\]]+\] (?:WARN|ERROR|FATAL) (.*)$/
/** The same is said again only after so long. */
const againMs = 60_000
const bytesMax = 1 << 20

/** The warnings and errors that come to a log, whichever thread writes them; their traces stay in the file. */
export class LogWatch {
  readonly #path: string
  readonly #nowMs: () => number
  readonly #said = new Map<string, number>()
  #at: number
  #rest = ''

  constructor(path: string, nowMs: () => number) {
    this.#path = path
    this.#nowMs = nowMs
    this.#at = sizeOf(path)
  }

  /** What has come since the last time. */
  next(): string[] {
    const whole = (this.#rest + this.#read()).split('\n')
    this.#rest = whole.pop() ?? ''
    return whole.flatMap((each) => line.exec(each)?.[1] ?? []).filter((text) => this.#isNew(text))
  }

  #isNew(text: string): boolean {
    const now = this.#nowMs()
    const lastMs = this.#said.get(text)
    if (lastMs !== undefined && now - lastMs < againMs) return false
    this.#said.set(text, now)
    return true
  }

  #read(): string {
    const size = sizeOf(this.#path)
    if (size < this.#at) this.#at = 0 // somebody has emptied it
    const count = Math.min(size - this.#at, bytesMax)
    if (count === 0) return ''
    const bytes = Buffer.alloc(count)
    const file = openSync(this.#path, 'r')
    try {
      const read = readSync(file, bytes, 0, count, this.#at)
      this.#at += read
      return bytes.toString('utf8', 0, read)
    } finally {
      closeSync(file)
    }
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
