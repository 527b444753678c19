/** Restart of a connector with or without its tasks (KIP-745). */

export interface RestartRequest {
  readonly connector: string
  readonly onlyFailed: boolean
  readonly includeTasks: boolean
}

/**
 * Of several requests for one connector, the one with the highest rank is carried out. Ranks: only the failed connector, failed
 * connector and tasks, the connector whatever its state, everything.
 */
export function restartRank({ onlyFailed, includeTasks }: RestartRequest): 0 | 1 | 2 | 3 {
  if (onlyFailed) return includeTasks ? 1 : 0
  return includeTasks ? 3 : 2
}

/** The request that stays pending when another one comes; the earlier one when both rank alike. */
export function strongerRestart(pending: RestartRequest | undefined, next: RestartRequest): RestartRequest {
  return pending === undefined || restartRank(next) > restartRank(pending) ? next : pending
}

/** Whether the request is for the connector alone, whatever its state: it goes straight to the worker that runs it. */
export function isForcedConnectorRestart({ onlyFailed, includeTasks }: RestartRequest): boolean {
  return !onlyFailed && !includeTasks
}

/** States as the status topic holds them. */
export interface RestartStates {
  /** Null when there is no status: then there is no plan. */
  readonly connector: string | null
  readonly tasks: readonly { readonly task: number; readonly state: string }[]
}

export interface RestartPlan {
  readonly request: RestartRequest
  readonly restartConnector: boolean
  /** Numbers of the tasks to restart, ascending. */
  readonly tasks: readonly number[]
}

/** What of a connector will be restarted. Null when nothing is known of it. */
export function planRestart(request: RestartRequest, states: RestartStates): RestartPlan | null {
  if (states.connector === null) return null
  const concerns = (state: string): boolean => !request.onlyFailed || state === 'FAILED'
  const tasks = states.tasks.filter(({ state }) => request.includeTasks && concerns(state)).map(({ task }) => task)
  return { request, restartConnector: concerns(states.connector), tasks: tasks.sort((left, right) => left - right) }
}
