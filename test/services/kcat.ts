import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
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
    await download(downloads)
    for (const name of readdirSync(downloads)) await run('dpkg', ['-x', join(downloads, name), part])
    await run(join(part, 'usr', 'bin', 'kcat'), ['-V'], { env: libraries(part) })
  })
  return { command: join(folder, 'usr', 'bin', 'kcat'), env: libraries(folder) }
}

/** With the machine's own lists of packages, or, where there are none, with lists that are thrown away again. */
async function download(folder: string): Promise<void> {
  const command = ['download', ...kcatPackages]
  try {
    await run('apt-get', command, { cwd: folder })
  } catch {
    const state = mkdtempSync(join(tmpdir(), 'sluice-apt-'))
    for (const name of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(state, name), { recursive: true })
    const own = ['-o', `Dir::State::Lists=${join(state, 'lists')}`, '-o', `Dir::Cache=${join(state, 'cache')}`]
    try {
      await run('apt-get', [...own, '-q', 'update'])
      await run('apt-get', [...own, ...command], { cwd: folder })
    } finally {
      rmSync(state, { recursive: true, force: true })
    }
  }
}

function libraries(folder: string): Record<string, string> {
  const machine = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu'
  return { LD_LIBRARY_PATH: [join(folder, 'usr', 'lib', machine), join(folder, 'lib', machine)].join(':') }
}
