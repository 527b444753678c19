import type { TargetState } from './ids.ts'

const initialStates: Readonly<Record<string, TargetState>> = {
  RUNNING: 'STARTED',
  PAUSED: 'PAUSED',
  STOPPED: 'STOPPED',
}

/** What `initial_state` (KIP-980) says, in any case; undefined for what is no such state. */
export function parseInitialState(text: string): TargetState | undefined {
  const name = text.toUpperCase()
  return Object.hasOwn(initialStates, name) ? initialStates[name] : undefined
}
