/** Larger than any request that a client sends (`socket.request.max.bytes`); more is not Kafka's protocol. */
const frameBytesMax = 100 * 1024 * 1024
const sizeBytes = 4

/** Puts the frames of a connection together again: each is a size and so many bytes. */
export class Frames {
  #chunks: Buffer[] = []
  #bytes = 0
  /** Of the frame that is coming; null until its size is there. */
  #wanted: number | null = null

  /** Takes what a socket gave. @returns the frames that are whole now @throws RangeError for an impossible size */
  add(chunk: Buffer): Buffer[] {
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    const frames: Buffer[] = []
    for (let frame = this.#next(); frame !== null; frame = this.#next()) frames.push(frame)
    return frames
  }

  #next(): Buffer | null {
    if (this.#wanted === null) {
      if (this.#bytes < sizeBytes) return null
      const size = this.#take(sizeBytes).readInt32BE()
      if (size < 0 || size > frameBytesMax) throw new RangeError(`a frame of ${size} bytes`)
      this.#wanted = size
    }
    if (this.#bytes < this.#wanted) return null
    const frame = this.#take(this.#wanted)
    this.#wanted = null
    return frame
  }

  #take(count: number): Buffer {
    const [first] = this.#chunks
    this.#bytes -= count
    if (first !== undefined && first.length > count) {
      this.#chunks[0] = first.subarray(count)
      return first.subarray(0, count)
    }
    if (first !== undefined && first.length === count) {
      this.#chunks.shift()
      return first
    }
    const whole = this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks)
    this.#chunks = whole.length > count ? [whole.subarray(count)] : []
    return whole.subarray(0, count)
  }
}
