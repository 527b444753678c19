import zlib from 'node:zlib'
import { asBuffer } from '../../../compat/utf8.ts'
import { loadOptional } from '../optional-module.ts'
import { compressXerial, decompressSnappy, type RawSnappy } from './snappy-xerial.ts'

/** Names as in `compression.type`; the position is the id in a batch's attributes. */
export const COMPRESSION_TYPES = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
export type CompressionType = (typeof COMPRESSION_TYPES)[number]

/** A decompressed batch beyond this is refused: no broker accepts such batches, so it is damage or malice. */
const DECOMPRESSED_BYTES_MAX = 1 << 29

/** One codec; `level` is the codec's own, null for its default. */
export interface Compressor {
  readonly type: CompressionType
  compress(bytes: Uint8Array): Buffer
}

/** A codec that this process cannot run, with what would help. */
export class CompressionUnavailableError extends Error {
  override readonly name = 'CompressionUnavailableError'
  readonly type: CompressionType
  readonly remedy: string

  constructor(type: CompressionType, remedy: string) {
    super(`Compression type ${type} is not available in this process`)
    this.type = type
    this.remedy = remedy
  }
}

interface Lz4 {
  compressFrameSync(bytes: Uint8Array): Buffer
  decompressFrameSync(bytes: Uint8Array): Buffer
}

/** The zstd part of node:zlib, from Node 22.15 on and not in the types of our floor. */
interface Zstd {
  zstdCompressSync?(bytes: Uint8Array, options: { params: Record<number, number> }): Buffer
  zstdDecompressSync?(bytes: Uint8Array, options: { maxOutputLength: number }): Buffer
}

const zstd: Zstd = zlib as Zstd
/** ZSTD_c_compressionLevel of zstd's own header. */
const ZSTD_LEVEL = 100

const loaded = new Map<string, unknown>()

function native<T>(type: CompressionType, name: string): T {
  if (!loaded.has(name)) loaded.set(name, loadOptional(name))
  const module = loaded.get(name)
  if (module === null) {
    throw new CompressionUnavailableError(
      type,
      `Install the optional package '${name}' (npm leaves it out with --omit=optional or on platforms without a binary).`,
    )
  }
  return module as T
}

const ZSTD_REMEDY = 'Run on Node 22.15 or later, whose zlib has zstd, or use another compression type.'

/** The compressor of a type. Throws `CompressionUnavailableError` here, so at configuration time, when it cannot run. */
export function makeCompressor(type: CompressionType, level: number | null = null): Compressor | null {
  switch (type) {
    case 'none':
      return null
    case 'gzip': {
      const options = level === null ? {} : { level }
      return { type, compress: (bytes) => zlib.gzipSync(bytes, options) }
    }
    case 'snappy': {
      const raw = native<RawSnappy>(type, 'snappy')
      return { type, compress: (bytes) => compressXerial(raw, bytes) }
    }
    case 'lz4': {
      const lz4 = native<Lz4>(type, 'lz4-napi')
      return { type, compress: (bytes) => lz4.compressFrameSync(asBuffer(bytes)) }
    }
    case 'zstd': {
      const compress = zstd.zstdCompressSync
      if (!compress) throw new CompressionUnavailableError(type, ZSTD_REMEDY)
      const params: Record<number, number> = level === null ? {} : { [ZSTD_LEVEL]: level }
      return { type, compress: (bytes) => compress(bytes, { params }) }
    }
  }
}

/** Decompresses the records of a batch. `none` gives the same bytes. */
export function decompress(type: CompressionType, bytes: Buffer): Buffer {
  switch (type) {
    case 'none':
      return bytes
    case 'gzip':
      return zlib.gunzipSync(bytes, { maxOutputLength: DECOMPRESSED_BYTES_MAX })
    case 'snappy':
      return decompressSnappy(native<RawSnappy>(type, 'snappy'), bytes)
    case 'lz4':
      return native<Lz4>(type, 'lz4-napi').decompressFrameSync(bytes)
    case 'zstd': {
      const expand = zstd.zstdDecompressSync
      if (!expand) throw new CompressionUnavailableError(type, ZSTD_REMEDY)
      return expand(bytes, { maxOutputLength: DECOMPRESSED_BYTES_MAX })
    }
  }
}
