import { isAscii } from 'node:buffer'
import { ConnectError } from '../../api/index.ts'
import { utf8Text } from '../../compat/utf8.ts'

const LF = 10
const CR = 13

/** One line found: its text without its end, and how many bytes it took, its end included. */
export interface SplitLine {
  readonly text: string
  readonly bytes: number
}

/** A line that is still without an end after so many bytes is no line: V8 could not hold it as a string. */
export const lineBytesMax = 256 * 1024 * 1024

/**
 * Cuts a stream of bytes into lines ended by LF, CRLF or CR. Works on bytes, so that a character split over two reads
 * arrives whole and positions count bytes. A CR that is the last byte so far waits: an LF may follow. What has no end
 * yet is kept and not given out.
 *
 * Bytes that are all ASCII become one string, of which the lines are slices: positions in the two are the same, and a
 * slice costs a third of a line decoded by itself.
 */
export class LineSplitter {
  #buffer: Buffer = Buffer.alloc(0)
  /** The buffer as a string when all of it is ASCII. */
  #text: string | null = ''
  #start = 0
  /** Where to go on looking for a line end: before it there is none. */
  #scanned = 0
  /** Next CR in the buffer at or after `#scanned`, -1 for none, null while not looked for. */
  #nextCr: number | null = null

  /** Bytes kept that are not part of a given line. */
  get pendingBytes(): number {
    return this.#buffer.length - this.#start
  }

  /** @throws `DATA_INVALID` when a line outgrows {@link lineBytesMax} */
  push(chunk: Buffer): void {
    const rest = this.#buffer.subarray(this.#start)
    if (rest.length + chunk.length > lineBytesMax) {
      throw new ConnectError('DATA_INVALID', `A line is longer than ${lineBytesMax} bytes`, {
        remedy: 'Is the file a text file with line ends?',
      })
    }
    this.#scanned -= this.#start
    this.#start = 0
    this.#buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    this.#text = isAscii(this.#buffer) ? this.#buffer.toString('latin1') : null
    this.#nextCr = null
  }

  /** The next whole line, null when there is none yet. */
  next(): SplitLine | null {
    const lf = this.#find(LF)
    const cr = this.#findCr()
    if (cr !== -1 && (lf === -1 || cr < lf)) return this.#endAtCr(cr)
    if (lf === -1) {
      this.#scanned = this.#buffer.length
      return null
    }
    return this.#take(lf, lf + 1)
  }

  /** Everything kept, as a last line without an end; null when nothing is. */
  rest(): SplitLine | null {
    const trailingCr = this.#buffer.length > this.#start && this.#buffer[this.#buffer.length - 1] === CR
    return this.pendingBytes === 0 ? null : this.#take(this.#buffer.length - (trailingCr ? 1 : 0), this.#buffer.length)
  }

  #endAtCr(cr: number): SplitLine | null {
    if (cr + 1 === this.#buffer.length) {
      this.#scanned = cr
      return null
    }
    return this.#take(cr, this.#buffer[cr + 1] === LF ? cr + 2 : cr + 1)
  }

  #findCr(): number {
    if (this.#nextCr === null || (this.#nextCr !== -1 && this.#nextCr < this.#scanned)) {
      this.#nextCr = this.#find(CR)
    }
    return this.#nextCr
  }

  #find(end: typeof LF | typeof CR): number {
    if (this.#text === null) return this.#buffer.indexOf(end, this.#scanned)
    return this.#text.indexOf(end === LF ? '\n' : '\r', this.#scanned)
  }

  #take(end: number, next: number): SplitLine {
    const text = this.#text?.slice(this.#start, end) ?? utf8Text(this.#buffer.subarray(this.#start, end))
    const bytes = next - this.#start
    this.#start = next
    this.#scanned = next
    return { text, bytes }
  }
}
