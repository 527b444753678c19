import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { kill, pid } from 'node:process'

/** The folder belongs to another broker that runs. */
export class FolderInUse extends Error {
  readonly code = 'FOLDER_IN_USE'
  readonly pid: number

  constructor(folder: string, owner: number) {
    super(`the data folder ${folder} is in use by the process ${owner}`)
    this.pid = owner
  }
}

/**
 * Two brokers on one folder would write over each other's logs. The lock names a process and when it began: one that was
 * killed leaves its lock behind, and its number is given out again in time. Two that start in the same instant are not
 * told apart, nor are two of one process, whose threads share its number.
 */
export class FolderLock {
  readonly #path: string

  /** @throws FolderInUse */
  constructor(folder: string) {
    this.#path = join(folder, 'lock')
    const owner = read(this.#path)
    if (owner !== null && owner.pid !== pid && startOf(owner.pid) === owner.start)
      throw new FolderInUse(folder, owner.pid)
    writeFileSync(this.#path, `${pid} ${startOf(pid)}\n`)
  }

  release(): void {
    rmSync(this.#path, { force: true })
  }
}

function read(path: string): { readonly pid: number; readonly start: string } | null {
  const [owner = '', start = ''] = (textOf(path) ?? '').trim().split(' ')
  return /^\d+$/.test(owner) ? { pid: Number(owner), start } : null
}

/** When a process began, in the clock ticks of Linux; `-` elsewhere while it runs, nothing when it does not. */
function startOf(processId: number): string {
  // The name of a program may hold blanks and brackets: what follows counts from the last bracket.
  const stat = textOf(`/proc/${processId}/stat`)
  if (stat !== null) return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  return textOf('/proc/self/stat') === null && isAlive(processId) ? '-' : ''
}

function isAlive(processId: number): boolean {
  try {
    return kill(processId, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' // it is there, and somebody else's
  }
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null // not there
  }
}
