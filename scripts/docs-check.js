#!/usr/bin/env node
// Fails when the documentation does not fit the code: a folder without a README, a dependency without an entry,
// a link or a path that leads nowhere.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { globSync } from './glob.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const faults = []
// Every top-level folder under version control, hidden ones aside, and every part of runtime/ and connectors/.
const tracked = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
}).split('\0')
const folders = new Set(tracked.flatMap((file) => /^(?!\.)(?:(?:runtime|connectors)\/)?[^/]+(?=\/)/.exec(file) ?? []))
for (const folder of ['runtime', 'connectors']) folders.add(folder)
for (const folder of folders)
  if (!existsSync(join(root, folder, 'README.md'))) faults.push(`${folder}/README.md is missing`)

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const reasons = readFileSync(join(root, 'docs/dependencies.md'), 'utf8')
for (const name of Object.keys({
  ...manifest.dependencies,
  ...manifest.optionalDependencies,
  ...manifest.devDependencies,
})) {
  if (name.startsWith('@types/')) continue
  if (!reasons.includes(name)) faults.push(`docs/dependencies.md does not say why ${name} is used`)
}

const pages = globSync(root, '.md').filter((file) => !file.includes('/node_modules/') && !file.includes('/dist/'))
for (const page of pages) {
  for (const [, target] of readFileSync(page, 'utf8').matchAll(/\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)/g)) {
    if (!existsSync(join(dirname(page), target)))
      faults.push(`${page.slice(root.length)}: link to ${target} leads nowhere`)
  }
}
for (const fault of faults) console.error(fault)
console.log(faults.length === 0 ? `docs: ${pages.length} pages checked` : `docs: ${faults.length} faults`)
process.exit(faults.length === 0 ? 0 : 1)
