/**
 * The framing that the JVM's snappy library puts around snappy blocks, and Kafka with it: eight bytes of magic, two
 * version numbers, then blocks behind a four-byte length each.
 */
const MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00])
const HEADER_BYTES = 16
const VERSION = 1
const BLOCK_BYTES = 32 * 1024

/** Blocks without framing. */
export interface RawSnappy {
  compressSync(bytes: Uint8Array): Buffer
  uncompressSync(bytes: Uint8Array, options: { asBuffer: true }): Buffer
}

export function compressXerial(snappy: RawSnappy, bytes: Uint8Array): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  MAGIC.copy(header)
  header.writeInt32BE(VERSION, 8)
  header.writeInt32BE(VERSION, 12)
  const parts: Buffer[] = [header]
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
    const block = snappy.compressSync(bytes.subarray(at, at + BLOCK_BYTES))
    const length = Buffer.alloc(4)
    length.writeInt32BE(block.length)
    parts.push(length, block)
  }
  return Buffer.concat(parts)
}

/** Reads framed snappy as Java writes it, and bare blocks as some other clients do. */
export function decompressSnappy(snappy: RawSnappy, bytes: Buffer): Buffer {
  if (bytes.length < HEADER_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) {
    return snappy.uncompressSync(bytes, { asBuffer: true })
  }
  const blocks: Buffer[] = []
  let at = HEADER_BYTES
  while (at < bytes.length) {
    const end = at + 4 + (at + 4 <= bytes.length ? bytes.readInt32BE(at) : Number.NaN)
    if (!(end > at + 4 && end <= bytes.length)) throw new RangeError(`Snappy block at byte ${at} runs past the end`)
    blocks.push(snappy.uncompressSync(bytes.subarray(at + 4, end), { asBuffer: true }))
    at = end
  }
  return Buffer.concat(blocks)
}
