/** UTF-8 bytes as text; what is malformed becomes U+FFFD, a byte order mark stays. */
export function utf8Text(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('utf8')
}

/** The same bytes as a `Buffer`, nothing copied. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
