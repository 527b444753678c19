import { type ConfigView, configuredWork } from './config-view.ts'
import type { Work } from './local-work.ts'

/** What answers depend on: who leads, and who runs what. */
export interface GroupView {
  readonly leads: boolean
  /** Null while unknown. */
  readonly leaderUrl: string | null
  readonly generation: number
  /** What this worker is to run; null before the first round. */
  readonly assignment: Work | null
  /** The URL of the worker that runs a connector or task; undefined when this worker does not lead or nobody does. */
  ownerOf(what: { readonly connector: string; readonly task?: number }): string | undefined
  /** Resolves once nothing moves from worker to worker. */
  whenStable(): Promise<void>
}

/** A worker by itself leads, and is to run all that is configured. */
export function alone(view: () => ConfigView): GroupView {
  return {
    leads: true,
    leaderUrl: null,
    generation: 0,
    get assignment() {
      return configuredWork(view())
    },
    ownerOf: () => undefined,
    whenStable: () => Promise.resolve(),
  }
}
