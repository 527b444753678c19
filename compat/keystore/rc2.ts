/**
 * RC2 in CBC mode, decryption only (RFC 2268). Older PKCS12 stores have their certificates under 40-bit RC2, which
 * OpenSSL 3 no longer offers without its legacy provider.
 */
const PI_TABLE = Buffer.from(
  'd978f9c419ddb5ed28e9fd794aa0d89d' +
    'c67e37832b76538e624c6488448bfba2' +
    '179a59f587b34f1361456d8d09817d32' +
    'bd8f40eb86b77b0bf09521225c6b4e82' +
    '54d66593ce60b21c7356c014a78cf1dc' +
    '1275ca1f3bbee4d1423dd430a33cb626' +
    '6fbf0eda4669075727f21d9bbc944303' +
    'f811c7f690ef3ee706c3d52fc8661ed7' +
    '08e8eade8052eef784aa72ac354d6a2a' +
    '961ad2715a1549744b9fd05e0418a4ec' +
    'c2e0416e0f51cbcc2491af50a1f47039' +
    '997c3a8523b8b47afc02365b25559731' +
    '2d5dfa98e38a92ae05df2910676cbac9' +
    'd300e6cfe19ea82c6316013f58e289a9' +
    '0d38341bab33ffb0bb480c5fb9b1cd2e' +
    'c5f3db47e5a59c770aa62068fe7fc1ad',
  'hex',
)
const BLOCK_BYTES = 8
/** Words of the previous block that each word is mixed with take these shifts. */
const SHIFTS = [1, 2, 3, 5] as const

/** Decrypts and takes the padding off. Null when the padding is wrong, which is what a wrong key looks like. */
export function decryptRc2Cbc(key: Uint8Array, effectiveBits: number, iv: Uint8Array, data: Uint8Array): Buffer | null {
  if (data.length === 0 || data.length % BLOCK_BYTES !== 0) return null
  const words = expandKey(key, effectiveBits)
  const plain = Buffer.alloc(data.length)
  let previous = Buffer.from(iv)
  for (let at = 0; at < data.length; at += BLOCK_BYTES) {
    const block = Buffer.from(data.subarray(at, at + BLOCK_BYTES))
    const decrypted = decryptBlock(words, block)
    for (let i = 0; i < BLOCK_BYTES; i++) plain[at + i] = (decrypted[i] ?? 0) ^ (previous[i] ?? 0)
    previous = block
  }
  const padding = plain[plain.length - 1] ?? 0
  if (padding < 1 || padding > BLOCK_BYTES) return null
  if (!plain.subarray(-padding).every((byte) => byte === padding)) return null
  return plain.subarray(0, -padding)
}

/** The key schedule: 64 words of 16 bits. */
function expandKey(key: Uint8Array, effectiveBits: number): Uint16Array {
  const l = new Uint8Array(128)
  l.set(key)
  for (let i = key.length; i < 128; i++) l[i] = pi((l[i - 1] ?? 0) + (l[i - key.length] ?? 0))
  const bytes = (effectiveBits + 7) >> 3
  l[128 - bytes] = pi((l[128 - bytes] ?? 0) & (0xff >> ((8 - (effectiveBits % 8)) % 8)))
  for (let i = 127 - bytes; i >= 0; i--) l[i] = pi((l[i + 1] ?? 0) ^ (l[i + bytes] ?? 0))
  return Uint16Array.from({ length: 64 }, (_, i) => (l[2 * i] ?? 0) | ((l[2 * i + 1] ?? 0) << 8))
}

function pi(index: number): number {
  return PI_TABLE[index & 0xff] ?? 0
}

function decryptBlock(key: Uint16Array, block: Buffer): Buffer {
  const r = [0, 2, 4, 6].map((at) => block.readUInt16LE(at))
  const word = (i: number): number => r[i & 3] ?? 0
  let j = 63
  const mix = (): void => {
    for (let i = 3; i >= 0; i--) {
      const shift = SHIFTS[i as 0 | 1 | 2 | 3]
      const rotated = ((word(i) >>> shift) | (word(i) << (16 - shift))) & 0xffff
      const added = (key[j--] ?? 0) + (word(i + 3) & word(i + 2)) + (~word(i + 3) & word(i + 1) & 0xffff)
      r[i] = (rotated - added) & 0xffff
    }
  }
  const mash = (): void => {
    for (let i = 3; i >= 0; i--) r[i] = (word(i) - (key[word(i + 3) & 63] ?? 0)) & 0xffff
  }
  for (const [rounds, last] of [
    [5, false],
    [6, false],
    [5, true],
  ] as const) {
    for (let round = 0; round < rounds; round++) mix()
    if (!last) mash()
  }
  const plain = Buffer.alloc(BLOCK_BYTES)
  for (let i = 0; i < 4; i++) plain.writeUInt16LE(word(i), 2 * i)
  return plain
}
