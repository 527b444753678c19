// The few file-system helpers that Node 20 lacks.
import { readdirSync, statSync as stat } from 'node:fs'
import { join } from 'node:path'

/** Like fs.statSync, undefined where there is nothing. */
export function statSync(path) {
  return stat(path, { throwIfNoEntry: false })
}

/** All files below a folder whose names end so. */
export function globSync(folder, ending) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : globSync(path, ending)
    return entry.name.endsWith(ending) ? [path] : []
  })
}
