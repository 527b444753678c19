import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { once } from './cache.ts'
import { run } from './process.ts'

/** What kcat needs beyond what every Debian has. */
const kcatPackages = ['kcat', 'librdkafka1', 'libyajl2', 'liblz4-1', 'libzstd1', 'zlib1g', 'libsasl2-2', 'libssl3']

export interface Kcat {
  readonly command: string
  readonly env: Readonly<Record<string, string>>
}

/** kcat and its libraries from Debian's packages, unpacked into the cache: the machine stays as it is. */
export async function kcat(): Promise<Kcat> {
  const folder = await once('kcat', async (part) => {
    const downloads = join(part, 'packages')
    mkdirSync(downloads)
    await run('apt-get', ['download', ...kcatPackages], { cwd: downloads })
    for (const name of readdirSync(downloads)) await run('dpkg', ['-x', join(downloads, name), part])
    await run(join(part, 'usr', 'bin', 'kcat'), ['-V'], { env: libraries(part) })
  })
  return { command: join(folder, 'usr', 'bin', 'kcat'), env: libraries(folder) }
}

function libraries(folder: string): Record<string, string> {
  const machine = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu'
  return { LD_LIBRARY_PATH: [join(folder, 'usr', 'lib', machine), join(folder, 'lib', machine)].join(':') }
}
