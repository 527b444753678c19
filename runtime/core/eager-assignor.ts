/**
 * The assignor of protocol version 0 (`EagerAssignor`): everybody has given everything up, and all of it is dealt out anew, first
 * all connectors, then all tasks. Dealing each connector together with its tasks would give two workers all connectors and all
 * tasks respectively where every connector has one task.
 */
import { type WorkItems } from './connect-protocol.ts'
import { compareTaskIds, compareText, type TaskId } from './task-id.ts'

/** Member id → all that it is to run; every member has an entry. */
export function assignEager(configured: WorkItems, memberIds: Iterable<string>): Map<string, WorkItems> {
  const members = [...memberIds].sort(compareText)
  const dealt = members.map(() => ({ connectors: [] as string[], tasks: [] as TaskId[] }))
  let turn = 0
  const next = () => dealt[turn++ % dealt.length]
  for (const connector of [...configured.connectors].sort(compareText)) next()?.connectors.push(connector)
  for (const task of [...configured.tasks].sort(compareTaskIds)) next()?.tasks.push(task)
  return new Map(members.map((member, index) => [member, dealt[index] ?? { connectors: [], tasks: [] }]))
}
