#!/usr/bin/env node
// Runs the compiled tests: on the current LTS everything, on the Node that runs this script (when it is another one)
// the tests that need no server and the Apache Kafka smoke test. `node --test` alone does not fail when it finds no file.
//
//   node scripts/run-tests.js [--unit] [PATH...]     PATH: file or folder below test/, e.g. unit/compat
import { spawn } from 'node:child_process'
import { globSync, statSync } from './glob.js'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const compiled = join(root, 'dist', 'test')
const serverless = ['unit', 'property', 'sim', 'golden']
const smoke = join('integration', 'smoke.test.js')

const args = process.argv.slice(2)
const unitOnly = args.includes('--unit')
const paths = args.filter((arg) => !arg.startsWith('--'))
const everything = files(paths.length > 0 ? paths : unitOnly ? serverless : ['.'])
if (everything.length === 0) {
  console.error(
    `no compiled test below ${relative(root, compiled)} for: ${paths.join(' ') || 'anything'}. Run "npm run build" first.`,
  )
  process.exit(1)
}

const needsServers = everything.some((file) => file.includes(`${join('test', 'integration')}`))
const services = needsServers ? await startServices() : null
const totals = { pass: 0, fail: 0, skipped: 0 }
let failed = false
try {
  const env = services?.env ?? {}
  const lts = unitOnly ? null : await ltsBinary()
  if (lts !== null) await runOn(lts, everything, env)
  if (lts === null || !process.version.startsWith('v26.')) {
    const here =
      lts === null
        ? everything
        : everything.filter(
            (file) => serverless.some((dir) => file.includes(join('test', dir))) || file.endsWith(smoke),
          )
    if (here.length > 0) await runOn(process.execPath, here, env)
  }
} finally {
  await services?.stop()
}
console.log(`${totals.pass} passed, ${totals.fail} failed, ${totals.skipped} skipped`)
process.exit(failed || totals.fail > 0 || totals.pass === 0 ? 1 : 0)

function files(wanted) {
  return [
    ...new Set(
      wanted.flatMap((path) => {
        const full = join(compiled, path.replace(/^test\//, '').replace(/\.ts$/, '.js'))
        const stat = statSync(full)
        if (stat === undefined) return []
        return stat.isFile() ? [full] : globSync(full, '.test.js')
      }),
    ),
  ].sort()
}

async function startServices() {
  const { startTestServices } = await import(join(compiled, 'services', 'for-tests.js'))
  return startTestServices()
}

async function ltsBinary() {
  if (process.version.startsWith('v26.')) return null
  const { nodeLts } = await import(join(compiled, 'services', 'node-lts.js'))
  try {
    return await nodeLts()
  } catch (error) {
    if (process.env.CI === 'true') throw error
    console.error(`the current LTS could not be had, so this run is on ${process.version} alone: ${error.message}`)
    return null
  }
}

async function runOn(binary, list, env) {
  console.log(
    `\n${list.length} test files on ${binary === process.execPath ? `Node ${process.version}` : binary.split('/').slice(-4, -3)}`,
  )
  const child = spawn(
    binary,
    [
      '--enable-source-maps',
      '--test',
      '--test-reporter=spec',
      '--test-concurrency=2',
      '--test-timeout=600000',
      ...list,
    ],
    {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  let tail = ''
  child.stdout.on('data', (chunk) => {
    process.stdout.write(chunk)
    tail = (tail + chunk).slice(-200_000)
  })
  const code = await new Promise((resolve) => child.on('close', resolve))
  const count = (name) => Number(new RegExp(`^\\S+ ${name} (\\d+)$`, 'm').exec(tail)?.[1] ?? 0)
  totals.pass += count('pass')
  totals.fail += count('fail') + count('cancelled')
  totals.skipped += count('skipped')
  if (code !== 0) failed = true
}
