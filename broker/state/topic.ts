import type { LogLimits, PartitionLog } from '../log/partition-log.ts'
import { shownValue, smallSegmentBytes, topicConfigKey } from './topic-configs.ts'

const compactedSegmentBytes = 1 << 20

/** A topic: its partitions, and the configs that it was given. */
export class Topic {
  readonly name: string
  /** As clients see it: base64url of a UUID. */
  readonly id: string
  readonly partitions: PartitionLog[]
  #overrides: ReadonlyMap<string, string>

  constructor(name: string, id: string, partitions: PartitionLog[], overrides: ReadonlyMap<string, string>) {
    this.name = name
    this.id = id
    this.partitions = partitions
    this.#overrides = overrides
  }

  get overrides(): ReadonlyMap<string, string> {
    return this.#overrides
  }

  set overrides(overrides: ReadonlyMap<string, string>) {
    this.#overrides = overrides
  }

  config(name: string): string {
    const given = this.#overrides.get(name)
    return given === undefined ? (topicConfigKey(name)?.value ?? '') : shownValue(name, given)
  }

  get limits(): LogLimits {
    return {
      // What is compacted is mostly small, and only closed segments are: they are closed sooner than asked for.
      segmentBytes: Math.min(this.#segmentBytes, this.compacts ? compactedSegmentBytes : Infinity),
      retentionMs: this.deletes ? Number(this.config('retention.ms')) : -1,
      retentionBytes: this.deletes ? Number(this.config('retention.bytes')) : -1,
    }
  }

  get compacts(): boolean {
    return this.config('cleanup.policy').includes('compact')
  }

  get deletes(): boolean {
    return this.config('cleanup.policy').includes('delete')
  }

  get #segmentBytes(): number {
    return Number(this.#overrides.get(smallSegmentBytes) ?? this.config('segment.bytes'))
  }
}
