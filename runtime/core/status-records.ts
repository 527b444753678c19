/** Records of the status topic (Java: `KafkaStatusBackingStore`): their keys and the bytes of their values. */
import { isPlainObject } from '../../api/index.ts'
import { parseJson } from '../../compat/json-read.ts'
import { jsonString } from '../../compat/json-text.ts'
import { type LogRecord } from './config-records.ts'
import { parseTaskId, type TaskId, taskKey } from './task-id.ts'

export const STATUS_STATES = [
  'UNASSIGNED',
  'RUNNING',
  'PAUSED',
  'FAILED',
  'DESTROYED',
  'RESTARTING',
  'STOPPED',
] as const

/** STOPPED is of connectors only. DESTROYED is never stored: it is written as a tombstone. */
export type StatusState = (typeof STATUS_STATES)[number]

export interface Status {
  readonly state: StatusState
  /** Stack trace of a failure. */
  readonly trace: string | null
  /** `<host>:<port>` of the worker that wrote it. */
  readonly workerId: string
  /** The writer's generation in its group. */
  readonly generation: number
  /** Of the plugin; null when unknown. Written since 4.1. */
  readonly version: string | null
}

/** A topic that a connector has used (KIP-558). */
export interface TopicUse {
  readonly topic: string
  readonly connector: string
  /** The task that used it first. */
  readonly task: number
  readonly discoveredMs: number
}

/** Whose status it is. */
export type StatusSubject =
  | { readonly kind: 'connector'; readonly connector: string }
  | { readonly kind: 'task'; readonly id: TaskId }

export type StatusRecordKey =
  | StatusSubject
  | { readonly kind: 'topic'; readonly topic: string; readonly connector: string }
  | { readonly kind: 'unknown' }

const CONNECTOR_PREFIX = 'status-connector-'
const TASK_PREFIX = 'status-task-'
const TOPIC_PREFIX = 'status-topic-'
const TOPIC_SEPARATOR = ':connector-'

export function parseStatusKey(key: string): StatusRecordKey {
  if (key.startsWith(CONNECTOR_PREFIX)) {
    const connector = key.slice(CONNECTOR_PREFIX.length)
    return connector === '' ? { kind: 'unknown' } : { kind: 'connector', connector }
  }
  if (key.startsWith(TASK_PREFIX)) {
    const id = parseTaskId(key.slice(TASK_PREFIX.length))
    return id === null ? { kind: 'unknown' } : { kind: 'task', id }
  }
  if (!key.startsWith(TOPIC_PREFIX)) return { kind: 'unknown' }
  // Topic names have no colon; connector names may.
  const colon = key.indexOf(':')
  const topic = key.slice(TOPIC_PREFIX.length, Math.max(colon, 0))
  const connector = colon < 0 ? '' : key.slice(colon + TOPIC_SEPARATOR.length)
  return topic === '' || connector === '' ? { kind: 'unknown' } : { kind: 'topic', topic, connector }
}

/** The same text for the same subject: the key of its records. */
export function statusKey(subject: StatusSubject): string {
  return subject.kind === 'connector'
    ? `${CONNECTOR_PREFIX}${subject.connector}`
    : `${TASK_PREFIX}${taskKey(subject.id)}`
}

/** A tombstone for DESTROYED. */
export function statusRecord(subject: StatusSubject, status: Status): LogRecord {
  const { state, trace, workerId, generation, version } = status
  const key = statusKey(subject)
  if (state === 'DESTROYED') return { key, value: null }
  const members = [
    `"state":"${state}"`,
    `"trace":${nullable(trace)}`,
    `"worker_id":${jsonString(workerId)}`,
    `"generation":${generation}`,
    `"version":${nullable(version)}`,
  ]
  return { key, value: Buffer.from(`{${members.join(',')}}`) }
}

export function topicRecord({ topic, connector, task, discoveredMs }: TopicUse): LogRecord {
  const members = `"name":${jsonString(topic)},"connector":${jsonString(connector)},"task":${task}`
  const value = Buffer.from(`{"topic":{${members},"discoverTimestamp":${discoveredMs}}}`)
  return { key: topicKey(connector, topic), value }
}

export function topicTombstone(connector: string, topic: string): LogRecord {
  return { key: topicKey(connector, topic), value: null }
}

/** Null when the value is no status. */
export function readStatus(value: Uint8Array): Status | null {
  const map = readObject(value)
  if (map === null) return null
  const { state, trace, worker_id: workerId, generation, version } = map
  const known = STATUS_STATES.find((name) => name === state)
  if (known === undefined || typeof workerId !== 'string' || typeof generation !== 'number') return null
  return { state: known, trace: text(trace), workerId, generation, version: text(version) }
}

export function readTopicUse(value: Uint8Array): TopicUse | null {
  const map = readObject(value)?.['topic']
  if (!isPlainObject(map)) return null
  const { name, connector, task, discoverTimestamp } = map
  if (typeof name !== 'string' || typeof connector !== 'string') return null
  if (typeof task !== 'number' || typeof discoverTimestamp !== 'number') return null
  return { topic: name, connector, task, discoveredMs: discoverTimestamp }
}

function topicKey(connector: string, topic: string): string {
  return `${TOPIC_PREFIX}${topic}${TOPIC_SEPARATOR}${connector}`
}

function readObject(value: Uint8Array): Readonly<Record<string, unknown>> | null {
  try {
    const map = parseJson(value)
    return isPlainObject(map) ? map : null
  } catch {
    // The caller says which record it was.
    return null
  }
}

function nullable(value: string | null): string {
  return value === null ? 'null' : jsonString(value)
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
