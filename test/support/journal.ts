import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A `plugin.path` with the connectors that misbehave on demand. */
export const provingPluginPath = fileURLToPath(new URL('../../../test/fixtures/plugins', import.meta.url))

/** One call that the proving plugin got. */
export interface JournalEntry {
  readonly call: string
  /** `connector`, or the number of the task. */
  readonly who: string | number
  readonly pid: number
  readonly thread: number
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly values?: readonly string[]
  readonly partitions?: readonly unknown[]
}

/** What the proving plugin wrote down so far. */
export function readJournal(path: string): readonly JournalEntry[] {
  if (!existsSync(path)) return []
  const text = readFileSync(path, 'utf8')
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as JournalEntry)
}
