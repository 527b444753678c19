import { checkFault } from './check-fault.ts'
import { type Effect, type Fault, fits, type StruckRequest } from './fault.ts'

interface Staged {
  readonly fault: Fault
  passed: number
  struck: number
  readonly done: () => void
}

/** A fault that was staged. */
export interface StagedFault {
  readonly id: number
  /** Resolves when it has struck as often as it was to, or is removed. */
  readonly over: Promise<void>
}

/** The faults that are staged on a broker. The oldest one that fits a request strikes it. */
export class Faults {
  readonly #staged = new Map<number, Staged>()
  #lastId = 0

  /** @throws RangeError for one that could never strike */
  stage(fault: Fault): StagedFault {
    checkFault(fault)
    const id = ++this.#lastId
    const over = new Promise<void>((done) => {
      this.#staged.set(id, { fault, passed: 0, struck: 0, done })
    })
    return { id, over }
  }

  remove(id: number): void {
    this.#staged.get(id)?.done()
    this.#staged.delete(id)
  }

  /** What is to happen to a request; null: nothing. */
  strike(request: StruckRequest): Effect | null {
    for (const [id, staged] of this.#staged) {
      const { fault } = staged
      if (!fits(fault, request)) continue
      if (staged.passed < (fault.skip ?? 0)) {
        staged.passed += 1
        continue
      }
      staged.struck += 1
      if (staged.struck >= (fault.times ?? 1)) this.remove(id)
      return fault.effect
    }
    return null
  }
}
