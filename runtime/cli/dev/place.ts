import { existsSync, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ConnectError } from '../../../api/index.ts'

/** Where `sluice dev` keeps what it has to know at the next start: beside the connectors, in a folder that Git ignores. */
export interface Place {
  /** Where the connector files are; null: none are deployed. */
  readonly connectors: string | null
  /** The broker's data. */
  readonly data: string
  readonly log: string
  readonly deployed: string
}

const logBytesMax = 20 * 1024 * 1024

/** @throws `CONFIG_INVALID` where there is no such folder, or nothing can be written to it */
export function openPlace(folder: string | null): Place {
  const root = resolve(folder ?? '.')
  if (!isFolder(root))
    throw new ConnectError('CONFIG_INVALID', `${root} is no folder`, {
      remedy: 'Name a folder with connector files: sluice dev DIR.',
    })
  const own = join(root, '.sluice')
  try {
    mkdirSync(own, { recursive: true })
    writeFileSync(join(own, '.gitignore'), '*\n')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ConnectError('CONFIG_INVALID', `The folder for data and log cannot be made: ${reason}`, {
      cause,
      remedy: 'Choose a folder that this user may write to.',
    })
  }
  const log = join(own, 'sluice.log')
  if (existsSync(log) && statSync(log).size > logBytesMax) renameSync(log, `${log}.1`)
  return {
    connectors: folder === null ? null : root,
    data: join(own, 'kafka'),
    log,
    deployed: join(own, 'deployed.json'),
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
