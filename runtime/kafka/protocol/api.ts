import { type Codec, type Decoded, type Encodable, type Fields, structCodec } from './schema.ts'
import { type Reader, WireFormatError, type Writer } from './wire.ts'

/** The part of an API that a client uses. */
export interface ClientApi<RequestBody, ResponseBody> {
  readonly name: string
  readonly key: number
  readonly minVersion: number
  /** Highest version that our client speaks; the definitions may go further for the embedded broker. */
  readonly clientMaxVersion: number
  isFlexible(version: number): boolean
  encodeRequest(writer: Writer, version: number, body: RequestBody): void
  decodeResponse(reader: Reader, version: number): ResponseBody
}

/** One Kafka API: key, versions, and both directions of both messages. */
export interface Api<Q extends Fields, R extends Fields> extends ClientApi<Encodable<Q>, Decoded<R>> {
  readonly maxVersion: number
  decodeRequest(reader: Reader, version: number): Decoded<Q>
  encodeResponse(writer: Writer, version: number, body: Encodable<R>): void
}

/** Body types of an API, as the client sees them. */
export type RequestOf<A> = A extends ClientApi<infer Q, infer _R> ? Q : never
export type ResponseOf<A> = A extends ClientApi<infer _Q, infer R> ? R : never

interface ApiDefinition<Q extends Fields, R extends Fields> {
  readonly name: string
  readonly key: number
  /** First and last version defined here. */
  readonly versions: readonly [number, number]
  /** Last version that our own client may use, where it is not the last defined. */
  readonly clientMax?: number
  /** First version with compact lengths and tagged fields; null when none has. */
  readonly flexible: number | null
  readonly request: Q
  readonly response: R
}

/** Defines an API from its message fields. Codecs are compiled once a version, on first use. */
export function defineApi<Q extends Fields, R extends Fields>(definition: ApiDefinition<Q, R>): Api<Q, R> {
  const { name, key, versions, flexible } = definition
  const [minVersion, maxVersion] = versions
  const isFlexible = (version: number): boolean => flexible !== null && version >= flexible
  const requestCodec = perVersion(definition.request, isFlexible)
  const responseCodec = perVersion(definition.response, isFlexible)
  const checked = (version: number): number => {
    if (version < minVersion || version > maxVersion) throw new RangeError(`${name} has no version ${version} here`)
    return version
  }
  const read = (codec: Codec, reader: Reader, version: number, what: string): unknown => {
    try {
      return codec.read(reader)
    } catch (error) {
      if (!(error instanceof WireFormatError)) throw error
      throw new WireFormatError(`${name} ${what} v${version}: ${error.message}`, { cause: error })
    }
  }
  return {
    name,
    key,
    minVersion,
    maxVersion,
    clientMaxVersion: definition.clientMax ?? maxVersion,
    isFlexible,
    encodeRequest: (writer, version, body) => requestCodec(checked(version)).write(writer, body),
    decodeRequest: (reader, version) => read(requestCodec(checked(version)), reader, version, 'request') as Decoded<Q>,
    encodeResponse: (writer, version, body) => responseCodec(checked(version)).write(writer, body),
    decodeResponse: (reader, version) =>
      read(responseCodec(checked(version)), reader, version, 'response') as Decoded<R>,
  }
}

function perVersion(fields: Fields, isFlexible: (version: number) => boolean): (version: number) => Codec {
  const compiled = new Map<number, Codec>()
  return (version) => {
    let codec = compiled.get(version)
    if (!codec) {
      codec = structCodec(fields, version, isFlexible(version))
      compiled.set(version, codec)
    }
    return codec
  }
}

/** Versions of an API, both ends included. */
export interface VersionRange {
  readonly min: number
  readonly max: number
}

/** The highest version that both sides know; null when there is none. */
export function negotiate(api: ClientApi<never, unknown>, offered: VersionRange | undefined): number | null {
  if (!offered) return null
  const version = Math.min(api.clientMaxVersion, offered.max)
  return version >= Math.max(api.minVersion, offered.min) ? version : null
}
