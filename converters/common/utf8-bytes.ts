const slabBytes = 64 * 1024
/** Texts that could take more of a slab than this get a buffer of their own. */
const sharedBytesMax = slabBytes / 8
/** Most bytes of UTF-8 that one UTF-16 unit of a string takes. */
const bytesPerUnitMax = 3

let slab = Buffer.allocUnsafeSlow(slabBytes)
let used = 0

/**
 * A text's bytes, next to those of other texts in a slab that is never written twice. To make a buffer for every text of
 * a record costs twice as much.
 */
export function utf8Bytes(text: string): Buffer {
  const bytesMax = text.length * bytesPerUnitMax
  if (bytesMax > sharedBytesMax) return Buffer.from(text, 'utf8')
  if (used + bytesMax > slabBytes) {
    slab = Buffer.allocUnsafeSlow(slabBytes)
    used = 0
  }
  const start = used
  used += slab.write(text, start, 'utf8')
  return slab.subarray(start, used)
}
