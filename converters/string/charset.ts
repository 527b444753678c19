import { asBuffer, utf8Text } from '../../compat/utf8.ts'
import { utf8Bytes } from '../common/utf8-bytes.ts'

/** Text to bytes and back as `java.nio.charset` does it; what a set lacks becomes `?`. */
export interface Charset {
  encode(text: string): Uint8Array
  decode(bytes: Uint8Array): string
}

const UTF_8: Charset = { encode: utf8Bytes, decode: utf8Text }

const LATIN_1: Charset = {
  encode: (text) => Buffer.from(text.replace(/[\u0100-\u{10ffff}]/gu, '?'), 'latin1'),
  decode: (bytes) => asBuffer(bytes).toString('latin1'),
}

const ASCII: Charset = {
  encode: (text) => Buffer.from(text.replace(/[\u0080-\u{10ffff}]/gu, '?'), 'latin1'),
  decode: (bytes) =>
    asBuffer(bytes)
      .toString('latin1')
      .replace(/[\u0080-\u00ff]/g, '\ufffd'),
}

const UTF_16LE: Charset = {
  encode: (text) => Buffer.from(text, 'utf16le'),
  decode: (bytes) => new TextDecoder('utf-16le', { ignoreBOM: true }).decode(bytes),
}

const UTF_16BE: Charset = {
  encode: (text) => Buffer.from(text, 'utf16le').swap16(),
  decode: (bytes) => new TextDecoder('utf-16be', { ignoreBOM: true }).decode(bytes),
}

/** Big endian with a byte order mark; when reading, the mark decides. */
const UTF_16: Charset = {
  encode: (text) => Buffer.concat([Uint8Array.of(0xfe, 0xff), UTF_16BE.encode(text)]),
  decode: (bytes) => new TextDecoder(bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-16be').decode(bytes),
}

const CHARSETS: ReadonlyMap<string, Charset> = new Map([
  ['UTF-8', UTF_8],
  ['UTF8', UTF_8],
  ['ISO-8859-1', LATIN_1],
  ['ISO8859_1', LATIN_1],
  ['LATIN1', LATIN_1],
  ['US-ASCII', ASCII],
  ['ASCII', ASCII],
  ['UTF-16', UTF_16],
  ['UTF-16BE', UTF_16BE],
  ['UTF-16LE', UTF_16LE],
])

/** The character set of that Java name, or null. */
export function charset(name: string): Charset | null {
  return CHARSETS.get(name.toUpperCase()) ?? null
}
