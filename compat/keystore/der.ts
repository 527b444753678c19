/** A reader of the little DER (and BER, as key stores have it) that key stores need. */

/** One element: its tag byte, its content, and its bytes with header. */
export interface DerElement {
  readonly tag: number
  readonly content: Buffer
  readonly whole: Buffer
}

export const TAG = {
  integer: 0x02,
  octetString: 0x04,
  oid: 0x06,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
  /** Context-specific 0, primitive and constructed. */
  context0Primitive: 0x80,
  context0: 0xa0,
  constructedOctetString: 0x24,
} as const

export class DerError extends Error {
  override readonly name = 'DerError'
}

/** Reads the element at a position. Lengths of indefinite form, which BER allows, are understood. */
export function readElement(bytes: Buffer, at = 0): DerElement {
  const tag = bytes[at]
  const first = bytes[at + 1]
  if (tag === undefined || first === undefined) throw new DerError(`Element cut short at byte ${at}`)
  if ((tag & 0x1f) === 0x1f) throw new DerError(`Long tag at byte ${at}`)
  if (first === 0x80) return readIndefinite(bytes, at)
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f
  if (lengthBytes > 4) throw new DerError(`Length of ${lengthBytes} bytes at byte ${at}`)
  let length = first < 0x80 ? first : 0
  for (let i = 0; i < lengthBytes; i++) length = length * 256 + (bytes[at + 2 + i] ?? 0)
  const start = at + 2 + lengthBytes
  if (start + length > bytes.length) throw new DerError(`Element at byte ${at} runs past the end`)
  return { tag, content: bytes.subarray(start, start + length), whole: bytes.subarray(at, start + length) }
}

function readIndefinite(bytes: Buffer, at: number): DerElement {
  let end = at + 2
  while (bytes[end] !== 0 || bytes[end + 1] !== 0) end += readElement(bytes, end).whole.length
  return { tag: bytes[at] ?? 0, content: bytes.subarray(at + 2, end), whole: bytes.subarray(at, end + 2) }
}

/** The elements inside a constructed one. */
export function children({ content }: DerElement): DerElement[] {
  const elements: DerElement[] = []
  for (let at = 0; at < content.length; ) {
    const element = readElement(content, at)
    elements.push(element)
    at += element.whole.length
  }
  return elements
}

/** The element if it has the tag; an error that names what was expected otherwise. */
export function expect(element: DerElement | undefined, tag: number, what: string): DerElement {
  if (element?.tag !== tag) throw new DerError(`${what} expected, found tag ${element?.tag ?? 'nothing'}`)
  return element
}

/** Dotted form of an object identifier. */
export function readOid(element: DerElement | undefined): string {
  const { content } = expect(element, TAG.oid, 'Object identifier')
  const arcs: number[] = []
  let value = 0
  for (const byte of content) {
    value = value * 128 + (byte & 0x7f)
    if (byte < 0x80) {
      arcs.push(value)
      value = 0
    }
  }
  const [first = 0, ...rest] = arcs
  const root = Math.min(Math.floor(first / 40), 2)
  return [root, first - root * 40, ...rest].join('.')
}

/** A small non-negative integer: versions and iteration counts. */
export function readInteger(element: DerElement | undefined): number {
  const { content } = expect(element, TAG.integer, 'Integer')
  if (content.length > 6) throw new DerError('Integer too large')
  return content.length === 0 ? 0 : content.readUIntBE(0, content.length)
}

/** The bytes of an octet string, which may come in pieces. */
export function readOctets(element: DerElement | undefined): Buffer {
  if (element?.tag === TAG.octetString || element?.tag === TAG.context0Primitive) return element.content
  if (element?.tag === TAG.constructedOctetString || element?.tag === TAG.context0) {
    return Buffer.concat(children(element).map(readOctets))
  }
  throw new DerError(`Octet string expected, found tag ${element?.tag ?? 'nothing'}`)
}
