import { readFileSync } from 'node:fs'

/** Digits that every numbered line begins with. */
export const numberDigits = 9

/** Puts numbers before the lines of texts, counting on from text to text. */
export function numberer(): (text: string) => string {
  let next = 0
  return (text) => text.replaceAll(/[^\n]*\n/g, (line) => `${String(next++).padStart(numberDigits, '0')} ${line}`)
}

/** The lines of a numbered text, found by their number. */
export class NumberedLines {
  readonly #bytes: Buffer
  readonly #starts: number[] = []

  constructor(bytes: Buffer) {
    this.#bytes = bytes
    for (let at = 0; at < bytes.length; at = bytes.indexOf(10, at) + 1) this.#starts.push(at)
  }

  static read(file: string): NumberedLines {
    return new NumberedLines(readFileSync(file))
  }

  get count(): number {
    return this.#starts.length
  }

  /** Without its end. */
  line(number: number): Buffer {
    return this.#bytes.subarray(this.#starts[number], (this.#starts[number + 1] ?? this.#bytes.length) - 1)
  }

  /** The number of a line that is one of the text, byte for byte; -1 for anything else. */
  numberOf(line: Uint8Array): number {
    const number = Number(Buffer.from(line.subarray(0, numberDigits)).toString('latin1'))
    return Number.isInteger(number) && number < this.count && this.line(number).equals(line) ? number : -1
  }
}
