// Start-up time and resident memory.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { writeLines } from './lines.js'
import { deleteConnector, startConnector } from './rest.js'
import { residentMb } from './usage.js'
import { fileSource } from './workloads.js'

/** Seconds from exec to `GET /connectors` 200, each worker `rounds` times, in turn, in fresh groups. */
export async function startTimes(starters, { rounds, log }) {
  const results = []
  for (let round = 0; round < rounds; round++) {
    const result = {}
    for (const [name, start] of Object.entries(starters)) {
      const worker = await start()
      result[name] = worker.startSeconds
      await worker.stop()
    }
    log(
      `  round ${round + 1}: ${Object.entries(result)
        .map(([name, s]) => `${name} ${s.toFixed(2)} s`)
        .join(', ')}`,
    )
    results.push(result)
  }
  return results
}

/** Resident MB of a fresh worker after idling, and the most of it while one file task is busy. */
export async function memory(start, { view, folder, idleSeconds, busyLines, log }) {
  const worker = await start()
  const name = `bench-memory-${worker.name}-${process.pid}`
  const file = join(folder, `${name}.txt`)
  try {
    await delay(idleSeconds * 1000)
    const idleMb = residentMb(worker.pid)
    writeLines(file, busyLines)
    await view.createTopic(name)
    await startConnector(worker, name, fileSource(file, name))
    let busyMb = 0
    const arrived = view.reached(name, busyLines).then(() => true)
    while (!(await Promise.race([arrived, delay(100, false)]))) busyMb = Math.max(busyMb, residentMb(worker.pid))
    await deleteConnector(worker, name)
    log(`  ${worker.name}: idle ${idleMb.toFixed(0)} MB, busy at most ${busyMb.toFixed(0)} MB`)
    return { idleMb, busyMb }
  } finally {
    await worker.stop()
    await view.deleteTopic(name)
    rmSync(file, { force: true })
  }
}
