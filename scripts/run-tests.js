#!/usr/bin/env node
// Runs the compiled tests: on the current LTS everything, on the Node that runs this script (when it is another one)
// the tests that need no server and the Apache Kafka smoke test; on both, what uses a broker on the embedded one as well. `node --test` alone does not fail when it finds no file.
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { globSync, statSync } from './glob.js'

const usage = `Usage: npm test [-- [--unit] [PATH...]]

  --unit   only the tests that need no server, on this Node
  PATH     file or folder below test/, e.g. unit/compat or test/unit/compat/jaas.test.ts

Without either everything runs; Apache Kafka and a current Node are installed into a cache for it. What uses a broker
runs on Apache Kafka and on the embedded one.
`
const root = fileURLToPath(new URL('..', import.meta.url))
const compiled = join(root, 'dist', 'test')
const serverless = ['unit', 'property', 'sim', 'golden']
const smoke = join('integration', 'smoke.test.js')
const integration = join('test', 'integration')
/** Of the integration tests: these bring servers of their own, or need what the embedded broker has not (TLS). */
const notEmbedded = [
  'avro.test.js',
  'broker/',
  'container.test.js',
  'dev.test.js',
  'embedded-broker.test.js',
  'kafka/failures.test.js',
  'kafka/security.test.js',
  'schema-registry',
  'secure-takeover.test.js',
  'standalone.test.js',
  'starters.test.js',
  'testing.test.js',
].map((path) => join(compiled, 'integration', path))
const onAnyBroker = (file) => file.includes(integration) && !notEmbedded.some((path) => file.startsWith(path))

const { unit: unitOnly, paths } = readArgs()
const everything = files(paths.length > 0 ? paths : unitOnly ? serverless : ['.'])
if (everything.length === 0) {
  console.error(
    `no compiled test below ${relative(root, compiled)} for: ${paths.join(' ') || 'anything'}. Name folders or files that end with .test.ts or .test.js, or run "npm run build" first.`,
  )
  process.exit(1)
}

const needsServers = everything.some((file) => file.includes(integration))
const services = needsServers ? await startServices() : null
const totals = { pass: 0, fail: 0, skipped: 0 }
const outcomes = []
let failed = false
try {
  const env = services?.env ?? {}
  const embedded = everything.filter(onAnyBroker)
  const onEmbedded = (binary) =>
    embedded.length > 0 ? runOn(binary, embedded, services.embeddedEnv, 'on the embedded broker') : null
  const lts = unitOnly ? null : await ltsBinary()
  if (lts !== null) {
    await runOn(lts, everything, env)
    await onEmbedded(lts)
  }
  if (lts === null || !process.version.startsWith('v26.')) {
    const here =
      lts === null
        ? everything
        : everything.filter(
            (file) => serverless.some((dir) => file.includes(join('test', dir))) || file.endsWith(smoke),
          )
    if (here.length > 0) await runOn(process.execPath, here, env)
    await onEmbedded(process.execPath)
  }
} finally {
  await services?.stop()
}
console.log(summary())
console.log(`${totals.pass} passed, ${totals.fail} failed, ${totals.skipped} skipped`)
process.exit(failed || totals.fail > 0 || totals.pass === 0 ? 1 : 0)

function readArgs() {
  try {
    const options = { unit: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } }
    const { values, positionals } = parseArgs({ options, allowPositionals: true })
    if (values.help) {
      console.log(usage)
      process.exit(0)
    }
    return { unit: values.unit === true, paths: positionals }
  } catch (error) {
    console.error(`${error.message}\n\n${usage}`)
    process.exit(2)
  }
}

function files(wanted) {
  return [
    ...new Set(
      wanted.flatMap((path) => {
        const full = resolve(compiled, path.replace(/^test\//, '').replace(/\.ts$/, '.js'))
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

async function runOn(binary, list, env, broker = '') {
  const node = execFileSync(binary, ['--version']).toString().trim()
  const version = `${node} ${broker}`.trim()
  console.log(`\n${list.length} test ${list.length === 1 ? 'file' : 'files'} on Node ${version}`)
  const folder = mkdtempSync(join(tmpdir(), 'sluice-outcomes-'))
  const report = join(folder, 'outcomes.jsonl')
  const child = spawn(binary, [...flags(report), ...list], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let tail = ''
  child.stdout.on('data', (chunk) => {
    process.stdout.write(chunk)
    tail = (tail + chunk).slice(-200_000)
  })
  const code = await new Promise((ended) => child.on('close', ended))
  // A run that could not even begin has none.
  const text = existsSync(report) ? readFileSync(report, 'utf8') : ''
  const found = text.split('\n').filter(Boolean).map(JSON.parse)
  rmSync(folder, { recursive: true })
  outcomes.push(...found.map((outcome) => ({ ...outcome, version })))
  const count = (name) => Number(new RegExp(`^\\S+ ${name} (\\d+)$`, 'm').exec(tail)?.[1] ?? 0)
  totals.pass += count('pass')
  totals.fail += count('fail') + count('cancelled')
  // Node counts no suite that is skipped as a whole: it would look as if nothing had been left out.
  totals.skipped += found.filter(({ outcome }) => outcome === 'skipped').length
  if (code !== 0) failed = true
}

function flags(report) {
  return [
    '--enable-source-maps',
    '--test',
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    `--test-reporter=${new URL('outcome-reporter.js', import.meta.url).href}`,
    `--test-reporter-destination=${report}`,
    '--test-concurrency=2',
    '--test-timeout=600000',
  ]
}

/** What failed and what was skipped, by name: in the flood of a whole run nobody finds it. */
function summary() {
  const where = ({ name, file, version }) => `  ${name}  (${sourceOf(file)}, ${version})`
  const named = (outcome) => outcomes.filter((each) => each.outcome === outcome)
  const reasonOf = ({ reason }) => (typeof reason === 'string' ? reason : 'no reason given')
  const reasons = new Set(named('skipped').map(reasonOf))
  return [
    ...(named('failed').length > 0 ? ['', 'Failed:', ...named('failed').map(where)] : []),
    ...[...reasons].flatMap((reason) => [
      '',
      `Skipped (${reason}):`,
      ...named('skipped')
        .filter((each) => reasonOf(each) === reason)
        .map(where),
    ]),
    '',
  ].join('\n')
}

/** As it is given to `npm test`, where it is one of ours. */
function sourceOf(file) {
  const path = relative(join(root, 'dist'), file ?? '')
  return path.startsWith('..') ? file : path.replace(/\.js$/, '.ts')
}
