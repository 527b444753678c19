/** UTF-8 bytes as text; what is malformed becomes as many U+FFFD as in Java, a byte order mark stays. */
export function utf8Text(bytes: Uint8Array): string {
  const text = asBuffer(bytes).toString('utf8')
  return text.includes('\ufffd') ? replacedAsJava(bytes) : text
}

/** An encoded surrogate, whole or cut off, is one fault to Java and one a byte to everybody else. */
function replacedAsJava(bytes: Uint8Array): string {
  const faults = asBuffer(bytes)
    .toString('latin1')
    .replaceAll(/\xed[\xa0-\xbf][\x80-\xbf]?/g, '\xff')
  return Buffer.from(faults, 'latin1').toString('utf8')
}

/** The same bytes as a `Buffer`, nothing copied. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
