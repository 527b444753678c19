import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { Scratch } from '../support/scratch.ts'

// Lints files that break the import rules, one line each, and expects the linter to say so.

const root = fileURLToPath(new URL('../../../', import.meta.url))

interface Row {
  readonly folder: string
  readonly may: readonly string[]
}

/** The table of runtime/README.md, paths from the root of the repository. */
const rows: readonly Row[] = readFileSync(join(root, 'runtime/README.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => {
    const [, folder = '', , folders = '', modules = ''] = line.split('|')
    const named = [...(folders + modules).matchAll(/`([^`]+)`/g)].map(([, name = '']) => fromRoot(name))
    const all = folders.includes('every folder') ? ['runtime'] : []
    return { folder: fromRoot(folder.trim().replace(/^`|\/`$/g, '')), may: [...named, ...all] }
  })

function fromRoot(name: string): string {
  if (name === 'api' || name === 'compat' || name.startsWith('broker/') || isModule(name)) return name
  return `runtime/${name}`
}

function isModule(name: string): boolean {
  return name.startsWith('node:') || ['avsc', 'express', 'kafkajs', 'pino'].includes(name.split('/')[0] ?? '')
}

/** The folder of the table that a path belongs to. */
function folderOf(path: string): string | undefined {
  const around = rows.map(({ folder }) => folder).filter((folder) => path.startsWith(`${folder}/`))
  return around.sort((left, right) => right.length - left.length)[0]
}

function isAllowed({ folder, may }: Row, target: string): boolean {
  const isIn = (name: string): boolean => !isModule(name) && target.startsWith(`${name}/`)
  return folderOf(target) === folder || may.some((name) => target === name || isIn(name))
}

/** Lines by file; answers the numbers of those that the rules refuse. */
function refused(files: ReadonlyMap<string, readonly string[]>, rules: readonly string[]): Map<string, Set<number>> {
  using scratch = new Scratch()
  writeFileSync(scratch.path('.oxlintrc.json'), readFileSync(join(root, '.oxlintrc.json')))
  for (const [file, lines] of files) {
    mkdirSync(dirname(scratch.path(file)), { recursive: true })
    writeFileSync(scratch.path(file), `${lines.join('\n')}\n`)
  }
  const { stdout } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/oxlint/bin/oxlint'), '-c', '.oxlintrc.json', '--format', 'json', '.'],
    { cwd: scratch.folder, encoding: 'utf8', maxBuffer: 2 ** 28, timeout: 60_000 },
  )
  const { diagnostics, number_of_files: count } = JSON.parse(stdout) as LintReport
  assert.equal(count, files.size, 'every file is linted')
  const found = new Map([...files.keys()].map((file) => [file, new Set<number>()]))
  for (const { code, filename, labels } of diagnostics) {
    if (rules.some((rule) => code === `eslint(${rule})`)) found.get(filename)?.add(labels[0]?.span.line ?? 0)
  }
  return found
}

interface LintReport {
  readonly number_of_files: number
  readonly diagnostics: readonly {
    readonly code: string
    readonly filename: string
    readonly labels: readonly { readonly span: { readonly line: number } }[]
  }[]
}

/** The line numbers of `lines` that `expected` says are refused. */
function linesWhere<T>(lines: readonly T[], expected: (line: T) => boolean): Set<number> {
  return new Set(lines.flatMap((line, at) => (expected(line) ? [at + 1] : [])))
}

function importOf(file: string, target: string): string {
  if (isModule(target) || !target.includes('/')) return `export { createHmac } from '${target}'`
  const path = posix.relative(posix.dirname(file), target)
  return `export { x } from '${path.startsWith('.') ? path : `./${path}`}'`
}

const modules = [
  ...new Set([
    ...rows.flatMap(({ may }) => may.filter(isModule)),
    'kafkajs',
    'kafkajs/src/network/connection',
    'lz4-napi',
    'node:module',
    'node:child_process',
    'node:perf_hooks',
    'node:process',
    'node:timers/promises',
  ]),
]

test('the table of runtime/README.md names every folder of runtime/, and each imports from those above it only', () => {
  const folders = readdirSync(join(root, 'runtime'), { withFileTypes: true }).filter((entry) => entry.isDirectory())
  for (const { name } of folders)
    assert.ok(
      rows.some(({ folder }) => folder === `runtime/${name}`),
      name,
    )
  const above = new Set<string>()
  for (const { folder, may } of rows) {
    for (const name of may) {
      if (name === 'runtime' || !name.startsWith('runtime/')) continue
      const holder = folderOf(`${name}/`) ?? folderOf(name) ?? name
      assert.ok(above.has(holder), `${folder} imports ${name}, which the table has not above it`)
    }
    above.add(folder)
  }
})

test('the linter lets each folder of runtime/ import what the table says and nothing else', () => {
  const below = new Map([
    ['runtime/kafka', 'runtime/kafka/admin'],
    ['runtime/rest', 'runtime/rest/resources'],
    ['runtime/worker/host', 'runtime/worker/host/validation'],
    ['runtime/cli', 'runtime/cli/dev'],
  ])
  const targets = [
    ...rows.map(({ folder }) => `${folder}/other.ts`),
    ...[...below.values()].map((folder) => `${folder}/other.ts`),
    ...new Set(rows.flatMap(({ may }) => may.filter((name) => name.endsWith('.ts')))),
    ...[
      'runtime/main.ts',
      'api/index.ts',
      'compat/properties.ts',
      'broker/server.ts',
      'connectors/file/index.ts',
      'test/support/topic.ts',
    ],
    ...modules,
  ]
  const files = rows.flatMap((row) =>
    [row.folder, ...(below.has(row.folder) ? [below.get(row.folder) ?? ''] : [])].map((folder) => ({
      row,
      file: `${folder}/probe.ts`,
    })),
  )
  const lines = new Map(files.map(({ file }) => [file, targets.map((target) => importOf(file, target))]))
  const found = refused(lines, ['no-restricted-imports'])
  for (const { row, file } of files) {
    const expected = linesWhere(targets, (target) => !isAllowed(row, target))
    const differing = targets.filter((_, at) => expected.has(at + 1) !== found.get(file)?.has(at + 1))
    assert.deepEqual(differing, [], `${file}: table and linter differ about these`)
  }
})

test('single files and the folders of plugins have their own lists', () => {
  const cases: Readonly<Record<string, { readonly allowed: readonly string[]; readonly refused: readonly string[] }>> =
    {
      'api/probe.ts': { allowed: ['api/other.ts'], refused: ['compat/properties.ts', 'node:fs', 'pino'] },
      'compat/probe.ts': {
        allowed: ['api/index.ts', 'compat/other.ts'],
        refused: ['runtime/core/ids.ts', 'node:crypto'],
      },
      'compat/keystore/probe.ts': {
        allowed: ['api/index.ts', 'compat/properties.ts', 'compat/keystore/other.ts', 'node:crypto'],
        refused: ['runtime/core/ids.ts', 'node:fs'],
      },
      'converters/probe.ts': {
        allowed: ['api/index.ts', 'compat/properties.ts', 'converters/json/index.ts'],
        refused: ['runtime/core/ids.ts', 'node:fs'],
      },
      'converters/json/probe.ts': {
        allowed: ['api/index.ts', 'compat/properties.ts', 'converters/common/config.ts', 'converters/json/other.ts'],
        refused: ['runtime/core/ids.ts', 'transforms/common/config.ts', 'node:fs', 'kafkajs'],
      },
      'converters/schema-registry/probe.ts': {
        allowed: [
          'api/index.ts',
          'compat/lru-map.ts',
          'converters/common/config.ts',
          'node:http',
          'node:https',
          'node:tls',
        ],
        refused: ['runtime/core/ids.ts', 'converters/avro/index.ts', 'node:net', 'node:module', 'kafkajs'],
      },
      'converters/avro/probe.ts': {
        allowed: [
          'api/index.ts',
          'compat/lru-map.ts',
          'converters/schema-registry/client.ts',
          'converters/avro/other.ts',
        ],
        refused: ['runtime/core/ids.ts', 'converters/json/index.ts', 'node:http', 'node:module'],
      },
      'converters/avro/index.ts': {
        allowed: ['api/index.ts', 'compat/baseline.ts', 'node:module'],
        refused: ['converters/avro/other.ts', 'converters/schema-registry/client.ts', 'avsc'],
      },
      'converters/avro/load-avsc.ts': { allowed: ['node:module'], refused: ['avsc', 'api/index.ts'] },
      'transforms/filter/probe.ts': {
        allowed: ['api/index.ts', 'compat/properties.ts', 'transforms/common/config.ts'],
        refused: ['runtime/core/ids.ts', 'converters/common/config.ts', 'node:fs', 'pino'],
      },
      'transforms/script/probe.ts': {
        allowed: ['api/index.ts', 'transforms/script/other.ts', 'node:fs', 'node:path', 'node:url'],
        refused: ['runtime/core/ids.ts', 'node:http', 'node:module', 'pino'],
      },
      'connectors/file/probe.ts': {
        allowed: ['api/index.ts', 'compat/properties.ts', 'connectors/file/other.ts', 'node:fs', 'node:fs/promises'],
        refused: ['runtime/core/ids.ts', 'connectors/mysql/index.ts', 'node:http', 'node:net', 'express', 'kafkajs'],
      },
      'connectors/other/probe.ts': {
        allowed: ['api/index.ts'],
        refused: ['node:fs', 'mysql2', 'connectors/file/index.ts'],
      },
      'runtime/main.ts': { allowed: ['runtime/cli/run.ts'], refused: ['runtime/core/ids.ts', 'node:fs'] },
      'runtime/kafka/kafkajs.ts': {
        allowed: ['node:module', 'node:net', 'node:tls'],
        refused: ['kafkajs', 'node:child_process'],
      },
      'runtime/kafka/optional-module.ts': { allowed: ['node:module'], refused: ['runtime/core/ids.ts'] },
    }
  const targets = Object.entries(cases).map(([file, { allowed, refused: no }]) => [file, [...allowed, ...no]] as const)
  const lines = new Map(targets.map(([file, list]) => [file, list.map((target) => importOf(file, target))]))
  const found = refused(lines, ['no-restricted-imports'])
  for (const [file, list] of targets) {
    assert.deepEqual(
      found.get(file),
      linesWhere(list, (target) => cases[file]?.refused.includes(target) ?? false),
      file,
    )
  }
})

test('chance does not come into core by node:crypto', () => {
  const lines = ["export { createHmac } from 'node:crypto'", "export { randomBytes } from 'node:crypto'"]
  const imports = ["import { randomUUID } from 'node:crypto'", "import * as all from 'node:crypto'"]
  const found = refused(new Map([['runtime/core/probe.ts', [...lines, ...imports]]]), ['no-restricted-imports'])
  assert.deepEqual(found.get('runtime/core/probe.ts'), new Set([2, 3, 4]))
})

const processUses = ["process.env['HOME']", 'process.exit()', 'globalThis.name', "console.log('')"]
const dates = ['new Date()']
const timesAndChances = [
  'Date.now()',
  'performance.now()',
  'setTimeout(work, 1)',
  'setInterval(work, 1)',
  'setImmediate(work)',
  'queueMicrotask(work)',
  'AbortSignal.timeout(1)',
  'Math.random()',
  'crypto.randomUUID()',
]
const uses = [...processUses, ...dates, ...timesAndChances, "fetch('')"]

test('time, chance, environment and process come as parameters', () => {
  const pure = uses.filter((use) => !dates.includes(use))
  const inClient = [...processUses, 'crypto.randomUUID()']
  const folders: Readonly<Record<string, readonly string[]>> = {
    ...Object.fromEntries(rows.map(({ folder }) => [folder, uses])),
    'runtime/platform': [],
    'runtime/cli': [],
    'runtime/kafka': inClient,
    'runtime/kafka/admin': inClient,
    'runtime/kafka/records': uses,
    'runtime/rest/resources': uses,
    'runtime/worker/host/validation': uses,
    api: pure,
    compat: pure,
    'converters/json': pure,
    'transforms/filter': pure,
  }
  const lines = new Map(Object.keys(folders).map((folder) => [`${folder}/probe.ts`, uses]))
  const found = refused(lines, ['no-restricted-globals', 'no-restricted-properties'])
  for (const [folder, expected] of Object.entries(folders)) {
    assert.deepEqual(
      found.get(`${folder}/probe.ts`),
      linesWhere(uses, (use) => expected.includes(use)),
      folder,
    )
  }
})

test('imports are written so that the linter sees them: as statements, by the shortest path', () => {
  const folders = ['api', 'compat', 'connectors', 'converters', 'runtime', 'transforms']
  const sources = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(folder, name)),
  )
  assert.ok(sources.length > 300)
  for (const source of sources) {
    const text = readFileSync(join(root, source), 'utf8')
    for (const [, path = ''] of text.matchAll(/(?:from |import\()'(\.[^']*)'/g)) {
      assert.match(path, /^(\.|\.\.(\/\.\.)*)(\/[^./][^/]*)+$/, source)
    }
    // `import('…').T` in place of a type is not linted.
    assert.doesNotMatch(text, /(?<!await )\bimport\('/, source)
  }
})
