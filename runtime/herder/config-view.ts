import type { ConfigMap, TargetState } from '../core/ids.ts'
import type { TaskId } from '../core/task-id.ts'

/** What the herder reads of the config topic: an unchanging picture as of an offset. */
export interface ConfigView {
  /** Last data record read, plus one; -1 when there was none. */
  readonly offset: number
  readonly connectors: readonly string[]
  config(connector: string): ConfigMap | undefined
  /** Tasks with consistent configs; none for a connector whose last set is incomplete. */
  tasks(connector: string): readonly TaskId[]
  taskConfig(id: TaskId): ConfigMap | undefined
  /** Committed number of tasks; 0 when none were. */
  taskCount(connector: string): number
  targetState(connector: string): TargetState | undefined
  /** The connector config that the committed task configs were made from. */
  appliedConfig(connector: string): ConfigMap | undefined
}

/** All that there is to run. */
export function configuredWork(view: ConfigView): { connectors: readonly string[]; tasks: readonly TaskId[] } {
  return { connectors: view.connectors, tasks: view.connectors.flatMap((name) => view.tasks(name)) }
}

/** Whether two configs say the same, in whatever order. */
export function sameConfig(left: ConfigMap | undefined, right: ConfigMap | undefined): boolean {
  if (left === undefined || right === undefined) return left === right
  const keys = Object.keys(left)
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && left[key] === right[key])
  )
}
