import {
  closeSync,
  existsSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { crc32c } from '../../runtime/kafka/records/crc32c.ts'
import { appendWhole } from './append-whole.ts'

/** A value that is kept: anything JSON can say. */
export type Stored = unknown

/** Lines that say nothing new before the file is written anew. */
const staleLinesMax = 10_000

/**
 * Small facts that outlive the process (topics, configs, committed offsets, …): a line for each change, the newest of a
 * key counts. A line that a kill has torn is cut off when the file is opened.
 */
export class StateFile {
  readonly #path: string | null
  readonly #values = new Map<string, Stored>()
  #file: number | null = null
  #size = 0
  #staleLines = 0

  /** @param path null: nothing outlives the process */
  constructor(path: string | null) {
    this.#path = path
    if (path === null) return
    const whole = existsSync(path) ? this.#read(readFileSync(path)) : 0
    this.#file = openSync(path, 'a+')
    ftruncateSync(this.#file, whole)
    this.#size = whole
  }

  get(key: string): Stored {
    return this.#values.get(key)
  }

  /** All keys below a prefix, the prefix included, with their values. */
  below(prefix: string): [string, Stored][] {
    return [...this.#values].filter(([key]) => key.startsWith(prefix))
  }

  /** Kept when this returns. @throws where it cannot be written: then nothing has changed */
  set(key: string, value: Stored): void {
    this.#write(lineOf(key, value))
    if (this.#values.has(key)) this.#staleLines += 1
    this.#values.set(key, value)
    this.#tidy()
  }

  /** @throws as `set` */
  delete(key: string): void {
    if (!this.#values.has(key)) return
    this.#write(lineOf(key, undefined))
    this.#values.delete(key)
    this.#staleLines += 2
    this.#tidy()
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file)
    this.#file = null
  }

  #write(line: string): void {
    if (this.#file === null) return
    const bytes = Buffer.from(line)
    appendWhole(this.#file, bytes, this.#size)
    this.#size += bytes.length
  }

  /** Beside the old file first, then in its place: a kill leaves one of the two whole. */
  #tidy(): void {
    const path = this.#path
    if (path === null || this.#file === null || this.#staleLines <= staleLinesMax) return
    this.#staleLines = 0
    const text = [...this.#values].map(([key, value]) => lineOf(key, value)).join('')
    try {
      writeFileSync(`${path}.new`, text)
    } catch {
      return rmSync(`${path}.new`, { force: true }) // what is to be kept is in the old one; later there may be room
    }
    closeSync(this.#file)
    renameSync(`${path}.new`, path)
    this.#file = openSync(path, 'a+')
    this.#size = Buffer.byteLength(text)
  }

  /** @returns how many bytes are whole lines */
  #read(bytes: Buffer): number {
    let at = 0
    for (let end = bytes.indexOf('\n', at); end !== -1; end = bytes.indexOf('\n', at)) {
      const change = changeOf(bytes.toString('utf8', at, end))
      if (change === null) break
      const [key, value] = change
      if (this.#values.has(key)) this.#staleLines += 1
      if (value === undefined) this.#values.delete(key)
      else this.#values.set(key, value)
      at = end + 1
    }
    return at
  }
}

/** A checksum and a JSON array of key and value; of the key alone when it is deleted. */
function lineOf(key: string, value: Stored): string {
  const text = JSON.stringify(value === undefined ? [key] : [key, value])
  return `${checksum(text)} ${text}\n`
}

function changeOf(line: string): [string, Stored] | null {
  const text = line.slice(9)
  if (line.slice(0, 9) !== `${checksum(text)} `) return null
  return JSON.parse(text) as [string, Stored]
}

function checksum(text: string): string {
  return (crc32c(Buffer.from(text)) >>> 0).toString(16).padStart(8, '0')
}
