/**
 * Which task of which connector: Connect's `ConnectorTaskId`.
 *
 * A `TaskKey` is its text form `<connector>-<task>`, used where an id must be a map key or a set member. It is unambiguous:
 * connector names may hold `-`, but what follows the last one is always the number.
 */
export interface TaskId {
  readonly connector: string
  readonly task: number
}

declare const taskKeyBrand: unique symbol
export type TaskKey = string & { readonly [taskKeyBrand]: true }

export function taskKey(id: TaskId): TaskKey {
  return `${id.connector}-${id.task}` as TaskKey
}

/** The id behind a key made by `taskKey`. */
export function taskIdOf(key: TaskKey): TaskId {
  const dash = key.lastIndexOf('-')
  return { connector: key.slice(0, dash), task: Number(key.slice(dash + 1)) }
}

/** Java's `String.compareTo`: by UTF-16 code units, which is what `<` does, unlike `localeCompare`. */
export function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}

/** Connector name first, then the number as a number: `a-2` before `a-10`. */
export function compareTaskIds(left: TaskId, right: TaskId): number {
  return compareText(left.connector, right.connector) || left.task - right.task
}

const JAVA_INT = /^[+-]?[0-9]+$/
const INT_MAX = 2_147_483_647

/**
 * Splits `<connector>-<number>` as Java's stores do after having cut their prefix: the number is what `Integer.parseInt` takes.
 * Null when the text is no such thing.
 */
export function parseTaskId(text: string): TaskId | null {
  const dash = text.lastIndexOf('-')
  if (dash < 0) return null
  const number = text.slice(dash + 1)
  if (!JAVA_INT.test(number)) return null
  const task = Number(number)
  return Math.abs(task) <= INT_MAX ? { connector: text.slice(0, dash), task } : null
}
