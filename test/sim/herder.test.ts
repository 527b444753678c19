/**
 * Workers as a whole under faults, in fake time: real herders, stores and group members; simulated are the coordinator, the
 * network, the internal topics and what the connectors do. Each seed is one history of requests and mishaps, after which the
 * faults stop and the group has to come to what its config topic says.
 *
 * A failure names its seed; `SLUICE_SIM_SEED=<seed>` replays it alone, `SLUICE_SIM_SEEDS=<count>` runs more of them.
 */
import { test } from 'node:test'
import { randomScenario, World } from './herder/world.ts'
import { Random } from './random.ts'

const wanted = process.env['SLUICE_SIM_SEED']
const count = Number(process.env['SLUICE_SIM_SEEDS'] ?? 15)
const seeds = wanted === undefined ? Array.from({ length: count }, (_, index) => index + 1) : [Number(wanted)]

for (const seed of seeds) {
  test(`workers under faults, seed ${seed}`, async () => {
    const random = new Random(seed)
    const world = new World(randomScenario(random.stream('scenario')), random)
    try {
      await world.run()
    } catch (error) {
      const replay = `SLUICE_SIM_SEED=${seed} node --test dist/test/sim/herder.test.js`
      if (wanted !== undefined) for (const { workerId, log } of world.processes) console.error(workerId, log.lines)
      throw new Error(`seed ${seed} failed; replay with: ${replay}`, { cause: error })
    }
  })
}
