import type { ClientApi } from './api.ts'
import { apiVersions } from './api-versions.ts'
import { Reader, Writer } from './wire.ts'

const SIZE_BYTES = 4

/** A request as chunks ready for the socket: size, header, body. */
export function encodeRequestFrame<Q>(
  api: ClientApi<Q, unknown>,
  version: number,
  correlationId: number,
  clientId: string,
  body: Q,
): Uint8Array[] {
  const writer = new Writer()
  writer.int32(0)
  writer.int16(api.key)
  writer.int16(version)
  writer.int32(correlationId)
  const idBytes = Buffer.byteLength(clientId)
  writer.int16(idBytes)
  writer.utf8(clientId, idBytes)
  if (api.isFlexible(version)) writer.uvarint(0)
  api.encodeRequest(writer, version, body)
  const size = writer.length - SIZE_BYTES
  const chunks = writer.finish()
  const head = chunks[0] as Buffer
  head.writeInt32BE(size)
  return chunks
}

/** Decodes a response whose size and correlation id are already taken off. */
export function decodeResponsePayload<R>(api: ClientApi<never, R>, version: number, payload: Buffer): R {
  const reader = new Reader(payload)
  if (hasFlexibleResponseHeader(api, version)) skipTags(reader)
  return api.decodeResponse(reader, version)
}

/** ApiVersions answers with the old header in every version: the client does not yet know what the broker speaks. */
export function hasFlexibleResponseHeader(api: ClientApi<never, unknown>, version: number): boolean {
  return api.isFlexible(version) && api.key !== apiVersions.key
}

/** Takes the tagged fields off that a flexible header ends with. */
export function skipTags(reader: Reader): void {
  for (let count = reader.uvarint(); count > 0; count--) {
    reader.uvarint()
    reader.raw(reader.uvarint())
  }
}
