import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder for the files of one test; it goes with it. */
export class Scratch implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'sluice-test-'))

  path(name: string): string {
    return join(this.folder, name)
  }

  /** Null while there is no such file. */
  read(name: string): string | null {
    return existsSync(this.path(name)) ? readFileSync(this.path(name), 'utf8') : null
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
