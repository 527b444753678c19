import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { apis } from '../../../../../runtime/kafka/protocol/apis.ts'
import { Reader, Writer } from '../../../../../runtime/kafka/protocol/wire.ts'

/** One message as Java's generated classes wrote it, in each version of each API, with every field set. */
interface Vector {
  readonly api: string
  readonly kind: 'Request' | 'Response'
  readonly version: number
  readonly body: Readonly<Record<string, unknown>>
  readonly hex: string
}

const vectors = readFileSync(new URL('../../../../../../test/fixtures/kafka-protocol.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Vector)

/** Codecs by name, with bodies that the types cannot know here. */
interface Untyped {
  readonly name: string
  readonly minVersion: number
  readonly maxVersion: number
  encodeRequest(writer: Writer, version: number, body: unknown): void
  encodeResponse(writer: Writer, version: number, body: unknown): void
  decodeRequest(reader: Reader, version: number): unknown
  decodeResponse(reader: Reader, version: number): unknown
}

const byName = new Map((apis as readonly unknown[] as readonly Untyped[]).map((api) => [api.name, api]))

test('every version of every API has a vector in both directions', () => {
  const seen = new Set(vectors.map(({ api, kind, version }) => `${api} ${kind} ${version}`))
  const wanted = [...byName.values()].flatMap((api) =>
    ['Request', 'Response'].flatMap((kind) =>
      Array.from(
        { length: api.maxVersion - api.minVersion + 1 },
        (_, i) => `${api.name} ${kind} ${api.minVersion + i}`,
      ),
    ),
  )
  assert.deepEqual(
    wanted.filter((name) => !seen.has(name)),
    [],
  )
  assert.equal(seen.size, wanted.length)
})

for (const { api: name, kind, version, body, hex } of vectors) {
  test(`${name} ${kind} v${version} as Java writes it`, () => {
    const api = byName.get(name)
    assert(api)
    const reader = new Reader(Buffer.from(hex, 'hex'))
    const decoded = kind === 'Request' ? api.decodeRequest(reader, version) : api.decodeResponse(reader, version)
    assert.equal(reader.remaining, 0)
    assertHolds(decoded, body, name)
    const writer = new Writer(16)
    if (kind === 'Request') api.encodeRequest(writer, version, decoded)
    else api.encodeResponse(writer, version, decoded)
    assert.equal(writer.toBuffer().toString('hex'), hex)
  })
}

/** Java leaves out what a version lacks; we decode it as its default. */
function assertHolds(actual: unknown, expected: unknown, path: string): void {
  if (Array.isArray(expected)) {
    assert(Array.isArray(actual), path)
    assert.equal(actual.length, expected.length, path)
    for (const [i, item] of expected.entries()) assertHolds(actual[i], item, `${path}[${i}]`)
  } else if (expected !== null && typeof expected === 'object') {
    for (const [key, value] of Object.entries(expected)) {
      assertHolds((actual as Record<string, unknown>)[key], value, `${path}.${key}`)
    }
  } else {
    assert.deepEqual(actual instanceof Uint8Array ? Buffer.from(actual).toString('base64') : actual, expected, path)
  }
}
