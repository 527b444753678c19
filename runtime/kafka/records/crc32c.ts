import { loadOptional } from '../optional-module.ts'

const POLYNOMIAL = 0x82f63b78
const SLICES = 8

/** Slicing-by-8 tables, one row of 256 for each of eight bytes. */
function makeTables(): Int32Array {
  const tables = new Int32Array(SLICES * 256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1
    tables[byte] = crc
  }
  for (let i = 256; i < SLICES * 256; i++) {
    const previous = tables[i - 256] ?? 0
    tables[i] = (previous >>> 8) ^ (tables[previous & 0xff] ?? 0)
  }
  return tables
}

/** CRC-32C in JavaScript, a quarter to a third of the native speed. */
export function makePortableCrc32c(): (bytes: Uint8Array) => number {
  const t = makeTables() as unknown as { readonly [index: number]: number }
  return (bytes) => {
    const b = bytes as unknown as { readonly [index: number]: number }
    const length = bytes.length
    const sliced = length - (length % SLICES)
    let crc = -1
    let i = 0
    for (; i < sliced; i += SLICES) {
      const low =
        crc ^
        ((b[i] as number) | ((b[i + 1] as number) << 8) | ((b[i + 2] as number) << 16) | ((b[i + 3] as number) << 24))
      crc =
        (t[1792 + (low & 0xff)] as number) ^
        (t[1536 + ((low >>> 8) & 0xff)] as number) ^
        (t[1280 + ((low >>> 16) & 0xff)] as number) ^
        (t[1024 + (low >>> 24)] as number) ^
        (t[768 + (b[i + 4] as number)] as number) ^
        (t[512 + (b[i + 5] as number)] as number) ^
        (t[256 + (b[i + 6] as number)] as number) ^
        (t[b[i + 7] as number] as number)
    }
    for (; i < length; i++) crc = (crc >>> 8) ^ (t[(crc ^ (b[i] as number)) & 0xff] as number)
    return ~crc >>> 0
  }
}

interface NativeCrc {
  crc32c(bytes: Uint8Array): number
}

let chosen: ((bytes: Uint8Array) => number) | null = null

/** CRC-32C (Castagnoli) as an unsigned 32-bit number; native where the optional package is installed. */
export function crc32c(bytes: Uint8Array): number {
  chosen ??= loadOptional<NativeCrc>('@node-rs/crc32')?.crc32c ?? makePortableCrc32c()
  return chosen(bytes)
}
