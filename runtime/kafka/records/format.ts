/** Layout of a record batch, format version 2: positions of its header fields, and the bits of its attributes. */
export const BATCH = {
  baseOffset: 0,
  length: 8,
  partitionLeaderEpoch: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  count: 57,
  /** First byte of the records. */
  records: 61,
  /** Bytes before the part that `length` counts. */
  lengthEnd: 12,
} as const

export const ATTRIBUTES = { compressionMask: 0x07, logAppendTime: 0x08, transactional: 0x10, control: 0x20 } as const

export const MAGIC_V2 = 2
export const NO_PRODUCER_ID = -1
export const NO_PRODUCER_EPOCH = -1
export const NO_SEQUENCE = -1

/** A record header. Order and duplicates are kept, a null value is a value. */
export interface RecordHeader {
  readonly key: string
  readonly value: Uint8Array | null
}

/** Which clock set a record's timestamp (`TimestampType`). */
export type TimestampType = 'CreateTime' | 'LogAppendTime' | 'NoTimestampType'

/** Record bytes that are damaged, or in a format that we do not read. */
export class RecordFormatError extends Error {
  override readonly name = 'RecordFormatError'
  /** `damaged`: checksum or structure wrong. `unsupported`: an older message format. */
  readonly kind: 'damaged' | 'unsupported'

  constructor(kind: 'damaged' | 'unsupported', message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}
