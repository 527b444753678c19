/** Fake time: things happen in order of their due time, and of scheduling where that is equal. */
export class Scheduler {
  nowMs = 0
  readonly #heap: Due[] = []
  #order = 0

  after(delayMs: number, run: () => void): void {
    this.#push({ atMs: this.nowMs + Math.max(0, delayMs), order: this.#order++, run })
  }

  /** Runs everything that is due up to then. */
  runUntil(endMs: number, afterEach: () => void = () => undefined): void {
    while (this.runNext(endMs)) afterEach()
  }

  /** Runs the next thing that is due up to then. False, and it is then, when there is none. */
  runNext(endMs: number): boolean {
    const next = this.#heap[0]
    if (next === undefined || next.atMs > endMs) {
      this.nowMs = endMs
      return false
    }
    this.#pop()
    this.nowMs = next.atMs
    next.run()
    return true
  }

  #push(item: Due): void {
    const heap = this.#heap
    let index = heap.push(item) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!isBefore(item, heap[parent])) break
      heap[index] = heap[parent] as Due
      index = parent
    }
    heap[index] = item
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let index = 0
    for (;;) {
      let child = 2 * index + 1
      if (child >= heap.length) break
      const right = heap[child + 1]
      if (right !== undefined && isBefore(right, heap[child])) child++
      const candidate = heap[child]
      if (candidate === undefined || !isBefore(candidate, last)) break
      heap[index] = candidate
      index = child
    }
    heap[index] = last
  }
}

interface Due {
  readonly atMs: number
  readonly order: number
  readonly run: () => void
}

function isBefore(left: Due, right: Due | undefined): boolean {
  return right === undefined || left.atMs < right.atMs || (left.atMs === right.atMs && left.order < right.order)
}
