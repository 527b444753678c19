// Text to move: numbered lines of 100 characters.
import { closeSync, openSync, writeSync } from 'node:fs'

/** A line with its end. */
export const lineBytes = 101

const filler = ' the quick brown fox jumps over the lazy dog, again and again, until the line is full at hundred'.slice(
  0,
  90,
)
const linesPerWrite = 10_000

/** Writes a file of `count` lines. */
export function writeLines(path, count) {
  const file = openSync(path, 'w')
  try {
    for (let from = 0; from < count; from += linesPerWrite) {
      let text = ''
      const to = Math.min(from + linesPerWrite, count)
      for (let line = from; line < to; line++) text += `${String(line).padStart(10, '0')}${filler}\n`
      writeSync(file, text)
    }
  } finally {
    closeSync(file)
  }
}
