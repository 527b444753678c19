import { mkdirSync, existsSync, renameSync, rmSync, rmdirSync, writeFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** Where servers and jars are kept between runs: outside the checkout, so that a fresh clone starts warm. */
export function cacheRoot(): string {
  const base =
    process.env['SLUICE_TEST_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'sluice')
  mkdirSync(base, { recursive: true })
  return base
}

const staleLockMs = 15 * 60_000

/**
 * Runs `install` once for ever per cache: it fills a folder that takes its final name only when it is whole,
 * so that an aborted download is never taken for a finished one. Two runs side by side wait for each other.
 */
export async function once(name: string, install: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(cacheRoot(), name)
  const done = join(folder, '.complete')
  if (existsSync(done)) return folder
  const lock = `${folder}.lock`
  while (!takeLock(lock)) {
    await delay(250)
    if (existsSync(done)) return folder
  }
  try {
    if (existsSync(done)) return folder
    const part = `${folder}.part`
    rmSync(part, { recursive: true, force: true })
    mkdirSync(part, { recursive: true })
    process.stderr.write(`test/services: installing ${name}\n`)
    await install(part)
    writeFileSync(join(part, '.complete'), '')
    rmSync(folder, { recursive: true, force: true })
    renameSync(part, folder)
    return folder
  } finally {
    rmdirSync(lock)
  }
}

function takeLock(lock: string): boolean {
  try {
    mkdirSync(lock)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const heldSince = statSync(lock, { throwIfNoEntry: false })?.mtimeMs
  if (heldSince !== undefined && Date.now() - heldSince > staleLockMs) rmSync(lock, { recursive: true, force: true })
  return false
}
