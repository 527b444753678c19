/**
 * Records of the config topic (Java: `KafkaConfigBackingStore`): their keys, and the bytes of their values as JsonConverter without
 * schemas writes them.
 */
import { javaDoubleText } from '../../compat/java-number.ts'
import { jsonString } from '../../compat/json-text.ts'
import { isFloat64, isPlainObject, setEntry } from '../../api/index.ts'
import { type TargetState } from './ids.ts'
import { type RestartRequest } from './restart-plan.ts'
import { type SessionKey } from './session-key.ts'
import { parseTaskId, type TaskId, taskKey } from './task-id.ts'

/** A config as it is stored. Java lets values be null; they are kept, since tools read, change and write configs back. */
export type StoredConfig = Readonly<Record<string, string | null>>

export interface LogRecord {
  readonly key: string
  /** Null: a tombstone. */
  readonly value: Uint8Array | null
}

export type ConfigRecordKey =
  | { readonly kind: 'targetState'; readonly connector: string }
  | { readonly kind: 'connector'; readonly connector: string }
  | { readonly kind: 'task'; readonly id: TaskId }
  | { readonly kind: 'commit'; readonly connector: string }
  | { readonly kind: 'restart'; readonly connector: string }
  | { readonly kind: 'taskCount'; readonly connector: string }
  | { readonly kind: 'sessionKey' }
  | { readonly kind: 'logger'; readonly logger: string }
  | { readonly kind: 'unknown' }

const SESSION_KEY = 'session-key'

/** In the order in which Java tries them. */
export function parseConfigKey(key: string): ConfigRecordKey {
  const after = (prefix: string): string | null => (key.startsWith(prefix) ? key.slice(prefix.length) : null)
  const target = after('target-state-')
  if (target !== null) return { kind: 'targetState', connector: target }
  const connector = after('connector-')
  if (connector !== null) return { kind: 'connector', connector }
  const task = after('task-')
  if (task !== null) {
    const id = parseTaskId(task)
    return id === null ? { kind: 'unknown' } : { kind: 'task', id }
  }
  const commit = after('commit-')
  if (commit !== null) return { kind: 'commit', connector: commit }
  const restart = after('restart-connector-')
  if (restart !== null) return { kind: 'restart', connector: restart }
  const fenced = after('tasks-fencing-')
  if (fenced !== null) return { kind: 'taskCount', connector: fenced }
  if (key === SESSION_KEY) return { kind: 'sessionKey' }
  const logger = after('logger-cluster-')
  return logger === null ? { kind: 'unknown' } : { kind: 'logger', logger }
}

/** `config` null deletes. */
export function connectorRecord(connector: string, config: StoredConfig | null): LogRecord {
  return { key: `connector-${connector}`, value: config === null ? null : properties(config) }
}

export function taskRecord(id: TaskId, config: StoredConfig): LogRecord {
  return { key: `task-${taskKey(id)}`, value: properties(config) }
}

/** What was written for tasks before applies from here on. */
export function commitRecord(connector: string, taskCount: number): LogRecord {
  return { key: `commit-${connector}`, value: json(`{"tasks":${taskCount}}`) }
}

/** Workers older than the state STOPPED read `state` and pause; newer ones read `state.v2`. */
export function targetStateRecord(connector: string, state: TargetState | null): LogRecord {
  const key = `target-state-${connector}`
  if (state === null) return { key, value: null }
  const old = state === 'STOPPED' ? 'PAUSED' : state
  return { key, value: json(`{"state":"${old}","state.v2":"${state}"}`) }
}

export function restartRecord({ connector, includeTasks, onlyFailed }: RestartRequest): LogRecord {
  const value = json(`{"include-tasks":${includeTasks},"only-failed":${onlyFailed}}`)
  return { key: `restart-connector-${connector}`, value }
}

/** How many task producers there are to fence out before the next set of tasks starts (KIP-618). */
export function taskCountRecord(connector: string, taskCount: number): LogRecord {
  return { key: `tasks-fencing-${connector}`, value: json(`{"task-count":${taskCount}}`) }
}

export function sessionKeyRecord({ key, algorithm, createdMs }: SessionKey): LogRecord {
  const base64 = Buffer.from(key).toString('base64')
  const text = `{"key":"${base64}","algorithm":${jsonString(algorithm)},"creation-timestamp":${createdMs}}`
  return { key: SESSION_KEY, value: json(text) }
}

export function loggerLevelRecord(logger: string, level: string): LogRecord {
  return { key: `logger-cluster-${logger}`, value: json(`{"level":${jsonString(level)}}`) }
}

/** The `properties` of a connector or task record; null when they are not what they should be. */
export function readProperties(value: unknown): StoredConfig | null {
  const map = isPlainObject(value) ? value['properties'] : undefined
  if (!isPlainObject(map)) return null
  const config: Record<string, string | null> = {}
  for (const [key, member] of Object.entries(map)) {
    const text = configText(member)
    if (text === undefined) return null
    setEntry(config, key, text)
  }
  return config
}

/** Java writes strings only; hand-made records have numbers and booleans. */
function configText(value: unknown): string | null | undefined {
  if (value === null || typeof value === 'string') return value
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (isFloat64(value)) return javaDoubleText(value.value)
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : javaDoubleText(value)
  return undefined
}

export function readTargetState(value: unknown): TargetState | null {
  if (!isPlainObject(value)) return null
  const state = typeof value['state.v2'] === 'string' ? value['state.v2'] : value['state']
  return state === 'STARTED' || state === 'PAUSED' || state === 'STOPPED' ? state : null
}

/** An integer member of an object; null when it is none. */
export function readInteger(value: unknown, member: string): number | null {
  const number = isPlainObject(value) ? value[member] : undefined
  return typeof number === 'number' && Number.isInteger(number) ? number : null
}

/** Missing or odd members count as false. */
export function readRestartRequest(connector: string, value: unknown): RestartRequest | null {
  if (!isPlainObject(value)) return null
  return { connector, includeTasks: value['include-tasks'] === true, onlyFailed: value['only-failed'] === true }
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/

export function readSessionKey(value: unknown): SessionKey | null {
  if (!isPlainObject(value)) return null
  const { key, algorithm } = value
  const createdMs = readInteger(value, 'creation-timestamp')
  if (typeof key !== 'string' || !BASE64.test(key) || typeof algorithm !== 'string' || createdMs === null) return null
  return { key: Buffer.from(key, 'base64'), algorithm, createdMs }
}

export function readLoggerLevel(value: unknown): string | null {
  const level = isPlainObject(value) ? value['level'] : undefined
  return typeof level === 'string' ? level : null
}

function properties(config: StoredConfig): Uint8Array {
  const members = Object.entries(config).map(([key, value]) => {
    return `${jsonString(key)}:${value === null ? 'null' : jsonString(value)}`
  })
  return json(`{"properties":{${members.join(',')}}}`)
}

function json(text: string): Uint8Array {
  return Buffer.from(text)
}
