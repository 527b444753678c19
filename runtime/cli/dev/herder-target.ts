import { HerderError } from '../../herder/errors.ts'
import type { Herder } from '../../herder/herder.ts'
import { systemClock } from '../../platform/clock.ts'
import type { DeployTarget } from './deployer.ts'

/** A worker that has just started may still share out its work: so long its "come again" is waited for. */
const rebalanceMs = 10_000
const againMs = 50

/** Deploys to a worker of this process. */
export function herderTarget(herder: Herder): DeployTarget {
  const exists = (name: string): boolean => herder.connectors().includes(name)
  return {
    exists,
    deploy: async (name, config, initialState) => {
      await whenSettled(async () => {
        if (initialState !== null && !exists(name)) await herder.createConnector(name, config, initialState)
        else await herder.putConnectorConfig(name, config)
      })
    },
  }
}

/** Asks again while the worker says "come again". */
export async function whenSettled(request: () => Promise<void>): Promise<void> {
  const fromMs = systemClock.monotonicMs()
  for (;;) {
    try {
      return await request()
    } catch (error) {
      const passes = error instanceof HerderError && error.status === 409
      if (!passes || systemClock.monotonicMs() - fromMs > rebalanceMs) throw error
    }
    await systemClock.sleep(againMs)
  }
}
