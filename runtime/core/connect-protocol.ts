/**
 * What Connect workers tell each other through the group coordinator (`ConnectProtocol`, `IncrementalCooperativeConnectProtocol`,
 * KIP-415, KIP-507): metadata in JoinGroup, assignments in SyncGroup. Written byte for byte as the Java worker writes them, since
 * both may share a group; read tolerantly, since an older or newer one may have written them.
 */
import { ByteReader, ByteWriter, MalformedBytesError } from './bytes.ts'
import { type TaskId } from './task-id.ts'

/** Values of `connect.protocol`. */
export type ConnectProtocolMode = 'eager' | 'compatible' | 'sessioned'

/** Names on the wire. The eager one is called `default` there. */
export type ConnectProtocolName = 'default' | 'compatible' | 'sessioned'

export type ConnectProtocolVersion = 0 | 1 | 2

export const CONNECT_PROTOCOL_TYPE = 'connect'

const VERSIONS: Readonly<Record<ConnectProtocolName, ConnectProtocolVersion>> = {
  default: 0,
  compatible: 1,
  sessioned: 2,
}

const OFFERED: Readonly<Record<ConnectProtocolMode, readonly ConnectProtocolName[]>> = {
  eager: ['default'],
  compatible: ['compatible', 'default'],
  sessioned: ['sessioned', 'compatible', 'default'],
}

/** Connectors and tasks, in the order in which they were given (`ConnectorsAndTasks`). */
export interface WorkItems {
  readonly connectors: readonly string[]
  readonly tasks: readonly TaskId[]
}

export const NO_WORK: WorkItems = { connectors: [], tasks: [] }

/** 0: fine; 1: the leader's configuration was behind, nobody gets anything and everybody rejoins. */
export const ASSIGNMENT_OK = 0
export const ASSIGNMENT_CONFIG_MISMATCH = 1

/** What the leader hands to one member. With V1 and V2 `connectors` and `tasks` are only what is new to it. */
export interface ConnectAssignment extends WorkItems {
  readonly error: number
  /** Member id of the leader. */
  readonly leader: string
  readonly leaderUrl: string
  readonly configOffset: number
  readonly revokedConnectors: readonly string[]
  readonly revokedTasks: readonly TaskId[]
  /** Every member rejoins after so many milliseconds; 0 for never. */
  readonly delayMs: number
}

/** What a worker tells the leader about itself. */
export interface WorkerState {
  /** The advertised URL. */
  readonly url: string
  /** Last data record read from the config topic, plus one; -1 when there was none. */
  readonly configOffset: number
  /** All that the worker runs; null when it has no assignment, and with the eager protocol always. */
  readonly assignment: ConnectAssignment | null
}

export interface GroupProtocol {
  readonly name: string
  readonly metadata: Uint8Array
}

/** Task number that stands for the connector itself. */
const CONNECTOR_TASK = -1

/** The protocols that a worker offers, the preferred one first. */
export function connectProtocols(mode: ConnectProtocolMode, state: WorkerState): GroupProtocol[] {
  return OFFERED[mode].map((name) => ({ name, metadata: encodeMetadata(state, VERSIONS[name]) }))
}

/** Protocol name to version; null for a name that is not Connect's. */
export function connectProtocolVersion(name: string): ConnectProtocolVersion | null {
  return Object.hasOwn(VERSIONS, name) ? VERSIONS[name as ConnectProtocolName] : null
}

export function encodeMetadata(state: WorkerState, version: ConnectProtocolVersion): Uint8Array {
  const out = new ByteWriter().int16(version).string(state.url).int64(state.configOffset)
  if (version > 0) out.nullableBytes(state.assignment === null ? null : encodeAssignment(state.assignment, version))
  return out.bytes()
}

export function decodeMetadata(bytes: Uint8Array): WorkerState {
  const input = new ByteReader(bytes)
  readVersion(input)
  const url = input.string()
  const configOffset = input.int64()
  const embedded = input.remaining === 0 ? null : input.nullableBytes()
  return { url, configOffset, assignment: embedded === null ? null : decodeAssignment(embedded) }
}

export function encodeAssignment(assignment: ConnectAssignment, version: ConnectProtocolVersion): Uint8Array {
  const out = new ByteWriter().int16(version).int16(assignment.error)
  out.string(assignment.leader).string(assignment.leaderUrl).int64(assignment.configOffset)
  writeWork(out, assignment.connectors, assignment.tasks)
  if (version > 0) {
    writeWork(out, assignment.revokedConnectors, assignment.revokedTasks)
    out.int32(assignment.delayMs)
  }
  return out.bytes()
}

/** Any version from 0 up is read with the newest layout; fields that are not there take their defaults. */
export function decodeAssignment(bytes: Uint8Array): ConnectAssignment {
  const input = new ByteReader(bytes)
  readVersion(input)
  const error = input.int16()
  const leader = input.string()
  const leaderUrl = input.string()
  const configOffset = input.int64()
  const assigned = readWork(input)
  const revoked = readWork(input)
  const delayMs = input.remaining === 0 ? 0 : input.int32()
  return {
    error,
    leader,
    leaderUrl,
    configOffset,
    ...assigned,
    revokedConnectors: revoked.connectors,
    revokedTasks: revoked.tasks,
    delayMs,
  }
}

function readVersion(input: ByteReader): void {
  const version = input.int16()
  if (version < 0) throw new MalformedBytesError(`Connect protocol version ${version} is unknown`)
}

/** One entry per connector in order of first mention, the connector itself first: Java's `LinkedHashMap`. */
function writeWork(out: ByteWriter, connectors: readonly string[], tasks: readonly TaskId[]): void {
  const byConnector = new Map<string, number[]>()
  for (const connector of connectors) byConnector.set(connector, [CONNECTOR_TASK])
  for (const { connector, task } of tasks) {
    const numbers = byConnector.get(connector)
    if (numbers === undefined) byConnector.set(connector, [task])
    else numbers.push(task)
  }
  out.array(byConnector, ([connector, numbers]) => {
    out.string(connector).array(numbers, (task) => out.int32(task))
  })
}

function readWork(input: ByteReader): WorkItems {
  if (input.remaining === 0) return NO_WORK
  const connectors: string[] = []
  const tasks: TaskId[] = []
  input.nullableArray(() => {
    const connector = input.string()
    for (const task of input.array(() => input.int32())) {
      if (task === CONNECTOR_TASK) connectors.push(connector)
      else tasks.push({ connector, task })
    }
  })
  return { connectors, tasks }
}
