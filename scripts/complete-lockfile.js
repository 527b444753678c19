#!/usr/bin/env node
// Adds the packages of other platforms to package-lock.json. A registry that offers this machine only what it can run
// answers 404 for them; npm then leaves them out of the lock file and refuses it in `npm ci`, here and everywhere else.
// Run after every change of dependencies: node scripts/complete-lockfile.js
import { readFileSync, writeFileSync } from 'node:fs'

const file = new URL('../package-lock.json', import.meta.url)
const lock = JSON.parse(readFileSync(file, 'utf8'))
const systems = ['android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'sunos', 'aix', 'openharmony', 'win32']
const cpus = {
  x64: 'x64',
  arm64: 'arm64',
  arm: 'arm',
  ia32: 'ia32',
  ppc64: 'ppc64',
  riscv64: 'riscv64',
  s390x: 's390x',
  loong64: 'loong64',
  mips64el: 'mips64el',
  wasm32: 'wasm32',
}
let added = 0
for (const entry of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const path = `node_modules/${name}`
    if (lock.packages[path] !== undefined) continue
    const words = name.split('/').at(-1).split(/[-.]/)
    const os = systems.filter((system) => words.includes(system))
    const cpu = words.map((word) => cpus[word]).filter((value) => value !== undefined)
    if (os.length === 0 && cpu.length === 0) continue
    lock.packages[path] = {
      version,
      ...(entry.dev === true ? { dev: true } : {}),
      optional: true,
      ...(os.length === 0 ? {} : { os }),
      ...(cpu.length === 0 ? {} : { cpu }),
      ...(words.includes('musl') ? { libc: ['musl'] } : {}),
    }
    added += 1
  }
}
const root = lock.packages['']
lock.packages = {
  '': root,
  ...Object.fromEntries(
    Object.entries(lock.packages)
      .filter(([key]) => key !== '')
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  ),
}
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
console.log(`${added} packages of other platforms added to package-lock.json`)
