/** Where test data lies: the tests run from dist/test/unit/runtime/core, the data stays in test/fixtures. */
import { readFileSync } from 'node:fs'

export function fixtureLines(name: string): string[] {
  const path = new URL(`../../../../../test/fixtures/${name}`, import.meta.url)
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
}
