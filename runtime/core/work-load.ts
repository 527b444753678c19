/**
 * Sets of connectors and tasks that the assignors calculate with. Every function here handles both kinds alike and keeps the order
 * of its first argument, since that order decides which item is revoked first.
 */
import { type WorkItems } from './connect-protocol.ts'
import { compareTaskIds, compareText, type TaskKey, taskIdOf, taskKey } from './task-id.ts'

/** Connectors and tasks as ordered sets. */
export interface WorkSet {
  readonly connectors: ReadonlySet<string>
  readonly tasks: ReadonlySet<TaskKey>
}

export const EMPTY_WORK_SET: WorkSet = { connectors: new Set(), tasks: new Set() }

export function workSet(items: WorkItems): WorkSet {
  return { connectors: new Set(items.connectors), tasks: new Set(items.tasks.map(taskKey)) }
}

export function workItems(work: WorkSet): WorkItems {
  return { connectors: [...work.connectors], tasks: [...work.tasks].map(taskIdOf) }
}

export function isEmptyWork(work: WorkSet): boolean {
  return work.connectors.size === 0 && work.tasks.size === 0
}

export function unionWork(...sets: readonly WorkSet[]): WorkSet {
  return {
    connectors: new Set(sets.flatMap(({ connectors }) => [...connectors])),
    tasks: new Set(sets.flatMap(({ tasks }) => [...tasks])),
  }
}

export function minusWork(base: WorkSet, ...subtracted: readonly WorkSet[]): WorkSet {
  return {
    connectors: filterSet(base.connectors, (item) => !subtracted.some(({ connectors }) => connectors.has(item))),
    tasks: filterSet(base.tasks, (item) => !subtracted.some(({ tasks }) => tasks.has(item))),
  }
}

export function intersectWork(base: WorkSet, other: WorkSet): WorkSet {
  return {
    connectors: filterSet(base.connectors, (item) => other.connectors.has(item)),
    tasks: filterSet(base.tasks, (item) => other.tasks.has(item)),
  }
}

/** Connectors by name, tasks by connector and number. */
export function sortWork(work: WorkSet): WorkSet {
  const tasks = [...work.tasks].map(taskIdOf).sort(compareTaskIds)
  return { connectors: new Set([...work.connectors].sort(compareText)), tasks: new Set(tasks.map(taskKey)) }
}

/** What at least two of the sets hold. */
export function duplicatedWork(sets: Iterable<WorkSet>): WorkSet {
  const seen = { connectors: new Set<string>(), tasks: new Set<TaskKey>() }
  const twice = { connectors: new Set<string>(), tasks: new Set<TaskKey>() }
  for (const { connectors, tasks } of sets) {
    for (const connector of connectors) (seen.connectors.has(connector) ? twice : seen).connectors.add(connector)
    for (const task of tasks) (seen.tasks.has(task) ? twice : seen).tasks.add(task)
  }
  return twice
}

function filterSet<T>(items: ReadonlySet<T>, keep: (item: T) => boolean): Set<T> {
  const kept = new Set<T>()
  for (const item of items) if (keep(item)) kept.add(item)
  return kept
}
