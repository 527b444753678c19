import { fileURLToPath } from 'node:url'
import { LISTED, readVectors, runVectors } from './run-golden.ts'

/** The copy in the repository; this file runs as dist/test/golden/main.js. */
export const DEFAULT_VECTORS = fileURLToPath(new URL('../../../test/golden/connect.jsonl', import.meta.url))

/** `npm run golden [-- FILE...]`: prints what failed and the count. The exit code is 1 if any vector fell short that is not listed. */
export async function main(files: readonly string[]): Promise<number> {
  const summary = await runVectors(readVectors(files.length === 0 ? [DEFAULT_VECTORS] : files))
  for (const { vector, passed, expected, got } of summary.outcomes) {
    const listed = LISTED.has(vector.id) ? ' (listed in docs/differences.md)' : ''
    if (!passed) console.log(`${vector.id}${listed}\n  expected ${expected}\n  got      ${got}`)
  }
  console.log(summary.line)
  return summary.passed ? 0 : 1
}
