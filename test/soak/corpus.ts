import { closeSync, type Dirent, openSync, readdirSync, readFileSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { isUtf8 } from 'node:buffer'

/** Where a machine that can run this has text: sources, documentation, packages. */
const roots = ['/usr/share', '/usr/include', '/usr/lib', '/usr/local', 'node_modules']
const fileBytesMax = 8 * 1024 * 1024

/** Longer lines than a producer sends with its default `max.request.size`: their files are left out. */
const lineBytesMax = 900_000

/** What a raw text ends with: a last line counts only when it has an end. */
export const lastLine = Buffer.from('\nthe end\n')

/** Text files of this machine, one after another, in an order that is the same every time. */
export function* textFiles(): Generator<Buffer> {
  for (const root of roots) for (const path of filesBelow(root)) yield* readText(path)
}

function* filesBelow(folder: string): Generator<string> {
  const entries = listed(folder).sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* filesBelow(path)
    else if (entry.isFile()) yield path
  }
}

/** What cannot be read is passed over: a file may go, or be another user's. */
function listed(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}

function* readText(path: string): Generator<Buffer> {
  let bytes: Buffer
  try {
    if (statSync(path).size > fileBytesMax) return
    bytes = readFileSync(path)
  } catch {
    return
  }
  if (bytes.length > 0 && !bytes.includes(0) && longestLine(bytes) <= lineBytesMax) yield bytes
}

function longestLine(bytes: Buffer): number {
  let longest = 0
  let start = 0
  for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
    longest = Math.max(longest, end - start)
    start = end + 1
  }
  return Math.max(longest, bytes.length - start)
}

/**
 * Writes `size` bytes of text, cut after the line that reaches them: valid UTF-8, every line ended by LF, no other CR.
 * When the machine has less, the text comes again. `edit` makes a line another, or several.
 */
export function writeText(file: string, size: number, edit: (text: string) => string = (text) => text): number {
  const out = openSync(file, 'w')
  let written = 0
  try {
    while (written < size) {
      const before = written
      for (const bytes of textFiles()) {
        if (!isUtf8(bytes)) continue
        const text = edit(normalised(bytes.toString('utf8')))
        written += writeSync(out, cut(Buffer.from(text), size - written))
        if (written >= size) break
      }
      if (written === before) throw new Error(`no text found below ${roots.join(', ')}`)
    }
  } finally {
    closeSync(out)
  }
  return written
}

/** The same bytes as the files have, whatever they are: lone CRs, invalid UTF-8, missing ends of lines. */
export function writeRawText(file: string, size: number): void {
  const out = openSync(file, 'w')
  try {
    let written = 0
    for (const bytes of textFiles()) {
      if (isOrdinary(bytes) && written % 7 !== 0) continue // mostly the files that are hard to read
      written += writeSync(out, bytes)
      if (written >= size) break
    }
    writeSync(out, lastLine)
  } finally {
    closeSync(out)
  }
}

function isOrdinary(bytes: Buffer): boolean {
  return isUtf8(bytes) && !bytes.includes(0x0d) && bytes.at(-1) === 0x0a
}

function normalised(text: string): string {
  const lines = text.replaceAll(/\r\n?/g, '\n')
  return lines.endsWith('\n') ? lines : `${lines}\n`
}

/** At most so many bytes, but whole lines; one line at least. */
function cut(bytes: Buffer, bytesMax: number): Buffer {
  if (bytes.length <= bytesMax) return bytes
  return bytes.subarray(0, bytes.indexOf(0x0a, Math.max(bytesMax - 1, 0)) + 1)
}
