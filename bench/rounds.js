// Alternating rounds: what disturbs the machine disturbs both, and a ratio is made of neighbours.

/** Runs `rounds` rounds of each worker, every one at least `seconds` long, the first worker of a round in turn. */
export async function alternate(workload, workers, { rounds, seconds, log }) {
  const runs = []
  for (const worker of workers) runs.push(await Calibrated.warmedUp(workload, worker, { seconds, log }))
  const results = []
  for (let round = 1; round <= rounds; round++) {
    const result = {}
    for (const run of round % 2 === 1 ? runs : runs.toReversed()) result[run.name] = await run.round(round)
    results.push(result)
  }
  return results
}

/** A worker with as many lines a round as keep it busy for long enough. */
class Calibrated {
  #workload
  #worker
  #seconds
  #log
  #count = 500_000

  /** Warmed up: a virtual machine that has just begun runs at half its speed. */
  static async warmedUp(workload, worker, { seconds, log }) {
    const run = new Calibrated()
    run.#workload = workload
    run.#worker = worker
    run.#seconds = seconds
    run.#log = log
    const enough = Math.min(seconds, 8)
    for (;;) {
      const sample = await run.#run('warm-up')
      if (sample.seconds >= enough) {
        run.#fit(sample)
        return run
      }
      run.#count = roundUp(run.#count * Math.min(6, (enough * 1.2) / sample.seconds))
    }
  }

  get name() {
    return this.#worker.name
  }

  /** A round that turned out too short does not count and is run again with more lines. */
  async round(number) {
    for (;;) {
      const result = await this.#run(`round ${number}`)
      if (result.seconds >= this.#seconds) return result
      this.#fit(result)
    }
  }

  async #run(what) {
    const result = await this.#workload.round(this.#worker, this.#count)
    this.#log(`  ${what} ${this.name}: ${describe(result)}`)
    return result
  }

  #fit({ perSecond }) {
    this.#count = roundUp(perSecond * this.#seconds * 1.2)
  }
}

const roundUp = (count) => Math.ceil(count / 100_000) * 100_000

function describe({ records, seconds, cpuSeconds, perSecond, perCpuSecond }) {
  return (
    `${(records / 1e6).toFixed(2)} M records in ${seconds.toFixed(1)} s (${cpuSeconds.toFixed(1)} CPU-s): ` +
    `${thousands(perSecond)} k rec/s, ${thousands(perCpuSecond)} k rec/CPU-s`
  )
}

const thousands = (value) => (value / 1000).toFixed(0)
