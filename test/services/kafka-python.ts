import { join } from 'node:path'
import { once } from './cache.ts'
import { run } from './process.ts'

const version = '3.0.12'

export interface Python {
  readonly command: string
  readonly env: Readonly<Record<string, string>>
}

/** A Python that knows kafka-python, from PyPI, in the cache. */
export async function kafkaPython(): Promise<Python> {
  const folder = await once(`kafka-python-${version}`, async (part) => {
    // A folder of packages and no environment: that would keep the path that it was made with.
    const target = join(part, 'packages')
    await run('python3', ['-m', 'pip', 'install', '-q', '--no-deps', '--target', target, `kafka-python==${version}`])
  })
  return { command: 'python3', env: { PYTHONPATH: join(folder, 'packages') } }
}
