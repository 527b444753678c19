import { Reader, WireFormatError } from '../../runtime/kafka/protocol/wire.ts'

/** The header of a request; its body is still to be read. */
export interface RequestHeader {
  readonly apiKey: number
  readonly version: number
  readonly correlationId: number
  readonly clientId: string | null
}

/** What all requests begin with. @throws WireFormatError */
export function readHeader(reader: Reader): RequestHeader {
  const apiKey = reader.int16()
  const version = reader.int16()
  const correlationId = reader.int32()
  const length = reader.int16()
  if (length < -1) throw new WireFormatError(`a client id of ${length} bytes`)
  return { apiKey, version, correlationId, clientId: length < 0 ? null : reader.utf8(length) }
}
