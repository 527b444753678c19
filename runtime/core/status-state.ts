/**
 * What the status topic says, and which statuses may be written to it. Workers write about the same connectors and tasks without
 * asking each other, so that two rules keep a late word of one from covering the word of another: a *safe* write gives way to a newer
 * generation of another worker, and an UNASSIGNED that arrives after its task runs elsewhere is not believed.
 *
 * Holds what was read back from the topic, never what was only sent.
 */
import {
  parseStatusKey,
  readStatus,
  readTopicUse,
  type Status,
  type StatusSubject,
  type TopicUse,
} from './status-records.ts'
import { type TaskId } from './task-id.ts'

export interface StatusRecord {
  readonly key: string | null
  readonly value: Uint8Array | null
}

/** A write on its way: by it a store tells whether to try again. */
export interface StatusWrite {
  readonly subject: StatusSubject
  readonly status: Status
  readonly safe: boolean
  /** Grows with every write; a subject remembers its last one. */
  readonly sequence: number
}

interface Entry {
  status: Status | null
  sequence: number
}

export class StatusStates {
  readonly #connectors = new Map<string, Entry>()
  readonly #tasks = new Map<string, Map<number, Entry>>()
  readonly #topics = new Map<string, Map<string, TopicUse>>()
  #generation = -1
  #sequence = 0

  /** Takes a record of the topic in. Answers what is wrong with it, or null. */
  apply({ key, value }: StatusRecord): string | null {
    const parsed = parseStatusKey(key ?? '')
    switch (parsed.kind) {
      case 'connector':
      case 'task':
        return this.#status(parsed, value)
      case 'topic':
        return this.#topic(parsed.connector, parsed.topic, value)
      case 'unknown':
        break
    }
    return 'its key is unknown'
  }

  connector(name: string): Status | null {
    return this.#connectors.get(name)?.status ?? null
  }

  task({ connector, task }: TaskId): Status | null {
    return this.#tasks.get(connector)?.get(task)?.status ?? null
  }

  /** Tasks that have a status, by number. */
  tasks(connector: string): { readonly id: TaskId; readonly status: Status }[] {
    const found: { id: TaskId; status: Status }[] = []
    for (const [task, { status }] of this.#tasks.get(connector) ?? []) {
      if (status !== null) found.push({ id: { connector, task }, status })
    }
    return found.sort((left, right) => left.id.task - right.id.task)
  }

  /** Connectors that have a status, or whose tasks have one. */
  connectors(): string[] {
    const names = new Set([...this.#connectors.keys(), ...this.#tasks.keys()])
    return [...names].filter((name) => this.connector(name) !== null || this.tasks(name).length > 0)
  }

  topic(connector: string, topic: string): TopicUse | null {
    return this.#topics.get(connector)?.get(topic) ?? null
  }

  topics(connector: string): TopicUse[] {
    return [...(this.#topics.get(connector)?.values() ?? [])]
  }

  /** Asks to write a status; null when a safe one has to give way. */
  begin(subject: StatusSubject, status: Status, safe: boolean): StatusWrite | null {
    const entry = this.#entry(subject)
    this.#generation = status.generation
    if (safe && !mayReplace(entry.status, status)) return null
    entry.sequence = ++this.#sequence
    return { subject, status, safe, sequence: entry.sequence }
  }

  /**
   * Whether a write that failed is still worth writing: not when the subject was deleted, when it was written again, or when this
   * worker is of another generation by now. (Java lets an older unsafe write be repeated after a newer one.)
   */
  mayRetry({ subject, status, safe, sequence }: StatusWrite): boolean {
    const entry = this.#find(subject)
    if (entry?.sequence !== sequence || status.generation !== this.#generation) return false
    return !safe || mayReplace(entry.status, status)
  }

  #status(subject: StatusSubject, value: Uint8Array | null): string | null {
    if (value === null) {
      this.#remove(subject)
      return null
    }
    const status = readStatus(value)
    if (status === null) return 'its value is no status'
    const entry = this.#entry(subject)
    if (subject.kind === 'task' && isStaleUnassigned(status, entry.status)) return null
    entry.status = status
    return null
  }

  #topic(connector: string, topic: string, value: Uint8Array | null): string | null {
    const topics = this.#topics.get(connector) ?? new Map<string, TopicUse>()
    if (value === null) {
      topics.delete(topic)
      if (topics.size === 0) this.#topics.delete(connector)
      return null
    }
    const use = readTopicUse(value)
    if (use === null) return 'its value is no topic status'
    this.#topics.set(connector, topics.set(topic, use))
    return null
  }

  /** A connector takes its tasks with it. */
  #remove(subject: StatusSubject): void {
    if (subject.kind === 'task') {
      this.#tasks.get(subject.id.connector)?.delete(subject.id.task)
      return
    }
    this.#connectors.delete(subject.connector)
    this.#tasks.delete(subject.connector)
  }

  #find(subject: StatusSubject): Entry | undefined {
    if (subject.kind === 'connector') return this.#connectors.get(subject.connector)
    return this.#tasks.get(subject.id.connector)?.get(subject.id.task)
  }

  #entry(subject: StatusSubject): Entry {
    const known = this.#find(subject)
    if (known !== undefined) return known
    const entry: Entry = { status: null, sequence: 0 }
    if (subject.kind === 'connector') {
      this.#connectors.set(subject.connector, entry)
      return entry
    }
    const { connector, task } = subject.id
    const tasks = this.#tasks.get(connector) ?? new Map<number, Entry>()
    this.#tasks.set(connector, tasks.set(task, entry))
    return entry
  }
}

function mayReplace(known: Status | null, status: Status): boolean {
  return known === null || known.workerId === status.workerId || known.generation <= status.generation
}

/** Where the task went, it may have started before the worker that it left had told. */
function isStaleUnassigned(status: Status, known: Status | null): boolean {
  return status.state === 'UNASSIGNED' && known?.state === 'RUNNING' && known.generation >= status.generation
}
