/** Connectors and tasks as one line of text, `a b a-0 a-1`: names without a number are connectors. */
import { type WorkItems } from '../../../../runtime/core/connect-protocol.ts'
import { taskKey } from '../../../../runtime/core/task-id.ts'

export function parseWork(text: string): WorkItems {
  const words = text.split(' ').filter((word) => word !== '')
  return {
    connectors: words.filter((word) => !word.includes('-')),
    tasks: words
      .filter((word) => word.includes('-'))
      .map((word) => ({
        connector: word.slice(0, word.indexOf('-')),
        task: Number(word.slice(word.indexOf('-') + 1)),
      })),
  }
}

export function formatWork(work: WorkItems): string {
  return [...work.connectors, ...work.tasks.map(taskKey)].join(' ')
}

/** Each connector with the tasks 0 … n-1. */
export function configured(taskCounts: Readonly<Record<string, number>>): WorkItems {
  return {
    connectors: Object.keys(taskCounts),
    tasks: Object.entries(taskCounts).flatMap(([connector, count]) =>
      Array.from({ length: count }, (_, task) => ({ connector, task })),
    ),
  }
}
