import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { type ConnectorFile, readConnectorFile } from '../connector-file.ts'
import { explain } from '../run.ts'

/** The name of the worker file that may lie beside the connectors. */
export const workerFileName = 'worker.properties'

/** What a file of the folder is. */
export type FolderEntry =
  | { readonly kind: 'connector'; readonly file: string; readonly digest: string; readonly connector: ConnectorFile }
  /** It is none, or one that cannot be read. */
  | { readonly kind: 'other'; readonly file: string; readonly digest: string; readonly reason: string }

/** The files of a folder that could be connectors: `.json` and `.properties`, not those of folders in it. */
export function readConnectorFolder(folder: string): readonly FolderEntry[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && entry.name !== workerFileName)
    .map(({ name }) => name)
    .filter((name) => ['.json', '.properties'].includes(extname(name)))
    .toSorted()
    .flatMap((file) => readEntry(folder, file))
}

function readEntry(folder: string, file: string): FolderEntry[] {
  const path = join(folder, file)
  let text = ''
  const none = 'it has no connector.class and is left alone'
  const other = (reason: string): FolderEntry[] => [{ kind: 'other', file, digest: digestOf(text), reason }]
  try {
    text = readFileSync(path, 'utf8')
    const connector = readConnectorFile(path)
    if (connector.config['connector.class'] === undefined) return other(none)
    return [{ kind: 'connector', file, digest: digestOf(text), connector }]
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [] // gone since the folder was listed
    return other(isJson(text) && !text.includes('connector.class') ? none : explain(error))
  }
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false // it is asked, not wanted
  }
}
