/** Shares: who has more than its own and gives some back, and who gets what is free. Connectors and tasks are counted apart. */
import { compareText, type TaskKey } from './task-id.ts'
import { isEmptyWork, type WorkSet } from './work-load.ts'

/** What a member is to run, while a round is calculated. */
export interface WorkerLoad {
  readonly member: string
  readonly connectors: Set<string>
  readonly tasks: Set<TaskKey>
}

/** Member → what it gives back. Empty when the load is balanced, or would be once what is free has been handed out. */
export function loadBalancingRevocations(
  configured: WorkSet,
  loads: readonly WorkerLoad[],
): ReadonlyMap<string, WorkSet> {
  if (isEmptyWork(configured) || loads.every(isEmptyWork)) return new Map()
  const connectors = surplus(
    configured.connectors.size,
    loads.map(({ connectors }) => connectors),
  )
  const tasks = surplus(
    configured.tasks.size,
    loads.map(({ tasks }) => tasks),
  )
  const revocations = new Map<string, WorkSet>()
  loads.forEach(({ member }, index) => {
    const work = { connectors: new Set(connectors[index]), tasks: new Set(tasks[index]) }
    if (!isEmptyWork(work)) revocations.set(member, work)
  })
  return revocations
}

/** Per member, in the order given, the items from the head of its set that are beyond its share. */
function surplus<T>(total: number, held: readonly ReadonlySet<T>[]): T[][] {
  const share = Math.floor(total / held.length)
  const extras = total % held.length
  const withShare = held.filter(({ size }) => size === share).length
  const withExtra = held.filter(({ size }) => size === share + 1).length
  if (withExtra === extras && withShare + withExtra === held.length) return held.map(() => [])
  let extrasGiven = 0
  return held.map((items) => {
    if (items.size <= share) return []
    const kept = extrasGiven < extras ? share + 1 : share
    extrasGiven++
    return [...items].slice(0, items.size - kept)
  })
}

/** Hands items out one at a time, always to the members that have the fewest. Leaves `loads` in the order in which it did so. */
export function assignToLeastLoaded<T>(
  loads: WorkerLoad[],
  items: ReadonlySet<T>,
  held: (load: WorkerLoad) => Set<T>,
): void {
  loads.sort((left, right) => held(left).size - held(right).size || compareText(left.member, right.member))
  const queue = [...items]
  const first = loads[0]
  if (first === undefined) return
  for (let next = 0; next < queue.length; ) {
    const lowest = held(first).size
    for (const load of loads) {
      const item = queue[next]
      if (item === undefined || held(load).size > lowest) break
      held(load).add(item)
      next++
    }
  }
}
