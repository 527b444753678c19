import { appendWhole } from '../state/append-whole.ts'
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  fstatSync,
} from 'node:fs'
import { join } from 'node:path'

/** The bytes of one segment of a log: appended to at the end, read from anywhere. */
export interface SegmentBytes {
  readonly size: number
  append(bytes: Uint8Array): void
  read(at: number, length: number): Buffer
  truncate(size: number): void
  close(): void
}

/** The segments of one log, each named by the offset of its first batch. */
export interface SegmentStore {
  /** Base offsets of what is there, in order. */
  list(): readonly number[]
  /** Opens a segment, an empty one when there is none. */
  open(baseOffset: number): SegmentBytes
  /** Puts other bytes in the place of a segment, all at once. Who has it open keeps the old ones. */
  replace(baseOffset: number, chunks: readonly Uint8Array[]): SegmentBytes
  remove(baseOffset: number): void
}

/** How much memory the logs of a broker have, all together. */
export class MemoryUse {
  bytes = 0
}

/** Segments that live as long as the process. */
export class MemorySegments implements SegmentStore {
  readonly #use: MemoryUse

  constructor(use: MemoryUse) {
    this.#use = use
  }

  list(): readonly number[] {
    return []
  }

  open(): SegmentBytes {
    return new MemoryBytes(this.#use)
  }

  replace(_baseOffset: number, chunks: readonly Uint8Array[]): SegmentBytes {
    const bytes = new MemoryBytes(this.#use)
    for (const chunk of chunks) bytes.append(chunk)
    return bytes
  }

  remove(): void {
    // What nobody refers to any more is gone.
  }
}

/** Buffers in the order in which they were appended; what lies within one of them is read without a copy. */
class MemoryBytes implements SegmentBytes {
  readonly #starts: number[] = []
  readonly #buffers: Buffer[] = []
  readonly #use: MemoryUse
  #size = 0

  constructor(use: MemoryUse) {
    this.#use = use
  }

  get size(): number {
    return this.#size
  }

  append(bytes: Uint8Array): void {
    // A copy: what comes from a socket is a view of a larger buffer, which it would keep alive.
    this.#buffers.push(Buffer.from(bytes))
    this.#starts.push(this.#size)
    this.#resize(this.#size + bytes.length)
  }

  read(at: number, length: number): Buffer {
    let index = this.#indexOf(at)
    const first = this.#buffers[index]
    const from = at - (this.#starts[index] ?? 0)
    if (first !== undefined && from + length <= first.length) return first.subarray(from, from + length)
    const result = Buffer.allocUnsafe(length)
    for (let filled = 0; filled < length; index++) {
      const buffer = this.#buffers[index]
      if (buffer === undefined) throw new RangeError(`a segment of ${this.#size} bytes has none at ${at + filled}`)
      filled += buffer.copy(result, filled, filled === 0 ? from : 0)
    }
    return result
  }

  truncate(size: number): void {
    while (this.#size > size) {
      const last = this.#buffers.pop()
      const start = this.#starts.pop()
      if (last === undefined || start === undefined) return
      this.#resize(start)
      if (start < size) this.append(last.subarray(0, size - start))
    }
  }

  close(): void {
    this.#buffers.length = 0
    this.#starts.length = 0
    this.#resize(0)
  }

  #resize(size: number): void {
    this.#use.bytes += size - this.#size
    this.#size = size
  }

  #indexOf(at: number): number {
    let low = 0
    let high = this.#starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if ((this.#starts[middle] ?? 0) <= at) low = middle
      else high = middle - 1
    }
    return low
  }
}

const suffix = '.log'
const nameDigits = 20

/** Segments as files of one folder, named as Kafka names them. */
export class FileSegments implements SegmentStore {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
    mkdirSync(folder, { recursive: true })
  }

  list(): readonly number[] {
    return readdirSync(this.#folder)
      .filter((name) => name.endsWith(suffix))
      .map((name) => Number(name.slice(0, -suffix.length)))
      .toSorted((a, b) => a - b)
  }

  open(baseOffset: number): SegmentBytes {
    return new FileBytes(this.#path(baseOffset))
  }

  replace(baseOffset: number, chunks: readonly Uint8Array[]): SegmentBytes {
    const path = this.#path(baseOffset)
    const beside = `${path}.new`
    rmSync(beside, { force: true })
    const file = new FileBytes(beside)
    for (const chunk of chunks) file.append(chunk)
    file.close()
    renameSync(beside, path)
    return new FileBytes(path)
  }

  remove(baseOffset: number): void {
    rmSync(this.#path(baseOffset), { force: true })
  }

  #path(baseOffset: number): string {
    return join(this.#folder, `${String(baseOffset).padStart(nameDigits, '0')}${suffix}`)
  }
}

/**
 * A file written in place. Nothing is flushed to the disk: what was written outlives this process, not the machine, as
 * with Kafka's own defaults.
 */
class FileBytes implements SegmentBytes {
  readonly #file: number
  #size: number

  constructor(path: string) {
    this.#file = openSync(path, 'a+')
    this.#size = fstatSync(this.#file).size
  }

  get size(): number {
    return this.#size
  }

  append(bytes: Uint8Array): void {
    appendWhole(this.#file, bytes, this.#size)
    this.#size += bytes.length
  }

  read(at: number, length: number): Buffer {
    const result = Buffer.allocUnsafe(length)
    let filled = 0
    while (filled < length) {
      const count = readSync(this.#file, result, filled, length - filled, at + filled)
      if (count === 0) throw new RangeError(`a segment of ${this.#size} bytes has none at ${at + filled}`)
      filled += count
    }
    return result
  }

  truncate(size: number): void {
    ftruncateSync(this.#file, size)
    this.#size = Math.min(this.#size, size)
  }

  close(): void {
    closeSync(this.#file)
  }
}
