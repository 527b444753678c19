import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { withEnvironment } from '../../runtime/cli/environment.ts'
import { debeziumDefaults, refused, shortNames, withoutMeaning } from '../../runtime/cli/image-variables.ts'
import { checkUnknownProperties } from '../../runtime/cli/unknown-properties.ts'
import { parseDistributedConfig } from '../../runtime/config/worker-config.ts'
import { kafkaVersion } from '../services/jars.ts'
import { nodeLtsVersion } from '../services/node-lts.ts'
import { checkout, runScript } from '../support/command.ts'
import { execForm, only, parseCopy, readDockerfile } from '../support/dockerfile.ts'
import { context } from '../support/image-root.ts'

const text = (file: string): string => readFileSync(join(checkout, file), 'utf8')

describe('the Dockerfile', () => {
  const stages = readDockerfile()
  const last = stages.at(-1)
  assert.ok(last)

  test('runs on the Node that tests and benchmarks run on', () => {
    const major = nodeLtsVersion.split('.')[0]
    for (const { base } of stages) assert.equal(base, `node:${major}-slim`)
  })

  test('copies what is there', () => {
    const files = context()
    for (const [index, { instructions }] of stages.entries()) {
      for (const copy of instructions.filter(({ name }) => name === 'COPY').map((each) => parseCopy(each.text))) {
        if (copy.from !== null)
          assert.ok(
            stages.slice(0, index).some(({ name }) => name === copy.from),
            copy.from,
          )
        else for (const source of copy.sources) assert.ok(source === '.' || files.includes(source), source)
      }
    }
  })

  test('builds from sources alone', () => {
    const files = context()
    assert.ok(files.includes('runtime/main.ts') && files.includes('tsconfig.json') && files.includes('LICENSE'))
    assert.deepEqual(
      files.filter((file) => /^(\.git|node_modules|dist)\//.test(file)),
      [],
    )
  })

  test('starts and checks compiled files, without a shell', () => {
    for (const words of [execForm(only(last, 'ENTRYPOINT')), execForm(only(last, 'HEALTHCHECK'))]) {
      const [program, script = ''] = words
      assert.equal(program, 'node')
      assert.ok(existsSync(join(checkout, script.replace('/opt/sluice/', ''))), script)
    }
  })

  test('runs as a user that Kubernetes can tell from root, and stops by TERM', () => {
    assert.match(only(last, 'USER'), /^[1-9]\d*:[1-9]\d*$/)
    assert.equal(only(last, 'STOPSIGNAL'), 'SIGTERM')
    assert.equal(only(last, 'EXPOSE'), '8083')
  })
})

describe('the entry, as a process', () => {
  const entry = 'dist/runtime/docker-entrypoint.js'

  test('runs commands of sluice', async () => {
    const { code, stdout } = await runScript(entry, ['sluice', '--version'])
    assert.equal(code, 0)
    assert.match(stdout, /^sluice \d/)
  })

  test('refuses a start that lacks something, and prints no value', async () => {
    const { code, stdout, stderr } = await runScript(entry, [], {
      env: { BOOTSTRAP_SERVERS: 's3cret:1', CONNECT_SASL_JAAS_CONFIG: 's3cret', KAFKA_HEAP_OPTS: 's3cret' },
    })
    assert.equal(code, 2)
    assert.match(stderr, /^sluice: Not set in the environment: CONNECT_GROUP_ID \(or GROUP_ID\)/)
    assert.doesNotMatch(stdout + stderr, /s3cret/)
  })

  test('hands variables on to the worker, which names them when they are at fault', async () => {
    const topics = { CONFIG_STORAGE_TOPIC: 'c', OFFSET_STORAGE_TOPIC: 'o', STATUS_STORAGE_TOPIC: 's' }
    const { code, stderr } = await runScript(entry, ['start'], {
      env: { ...topics, BOOTSTRAP_SERVERS: 'here:1', SHUTDOWN_TIMEOUT: 'soon', JMXPORT: '9010' },
    })
    assert.equal(code, 2)
    assert.match(stderr, /^sluice: These variables do nothing here: JMXPORT\./)
    assert.match(stderr, /comes from the environment variable CONNECT_TASK_SHUTDOWN_GRACEFUL_TIMEOUT_MS/)
  })
})

test('the npm package holds what the image and tests of others run, and no more', () => {
  const args = ['pack', '--dry-run', '--ignore-scripts', '--json']
  const [packed] = JSON.parse(execFileSync('npm', args, { cwd: checkout, encoding: 'utf8' })) as {
    readonly files: readonly { readonly path: string }[]
  }[]
  const files = packed?.files.map(({ path }) => path) ?? []
  for (const needed of ['main', 'docker-entrypoint', 'docker-healthcheck', 'worker/host/thread'])
    assert.ok(files.includes(`dist/runtime/${needed}.js`), needed)
  for (const needed of [
    'bin/sluice.js',
    'config/worker-distributed.properties',
    'dist/api/index.d.ts',
    'dist/testing/index.d.ts',
    'LICENSE',
  ])
    assert.ok(files.includes(needed), needed)
  const folders = /^(bin|config|dist\/(api|broker|compat|connectors|converters|runtime|testing|transforms))\//
  assert.deepEqual(
    files.filter((file) => !folders.test(file) && !['LICENSE', 'README.md', 'package.json'].includes(file)),
    [],
  )
  assert.deepEqual(
    files.filter((file) => file.endsWith('.tsbuildinfo')),
    [],
  )
})

describe('compose.yaml', () => {
  const lines = text('compose.yaml').split('\n')

  test('has workers that can start, on the Kafka of the tests', () => {
    const variables = lines.flatMap((line) => {
      const [, name, value = ''] = /^\s+(CONNECT_\w+): (.+)$/.exec(line) ?? []
      return name === undefined ? [] : [[name, value.replace(/^"(.*)"$/, '$1')] as const]
    })
    const { properties } = withEnvironment({}, Object.fromEntries(variables))
    checkUnknownProperties(properties, assert.fail)
    parseDistributedConfig(properties, assert.fail)
    assert.ok(lines.includes(`    image: apache/kafka:${kafkaVersion}`))
  })

  test('gives workers no more than they need', () => {
    for (const line of ['  read_only: true', '  cap_drop: [ALL]', '      condition: service_healthy'])
      assert.ok(lines.includes(line), line)
  })
})

describe('docs/container.md', () => {
  /** First and second cell of rows whose first cell is code. */
  const rows = text('docs/container.md')
    .split('\n')
    .flatMap((line) => {
      const [, name, value] = /^\| `([^`]+)` \| ([^|]*) \|/.exec(line) ?? []
      return name === undefined || value === undefined ? [] : [[name, value.trim().replaceAll('`', '')] as const]
    })
  const documented = new Map(rows)

  test('has every short name with what it sets', () => {
    for (const [short, long] of Object.entries(shortNames)) assert.equal(documented.get(short), long, short)
  })

  test('has every default that the entry gives', () => {
    for (const [name, value] of Object.entries(debeziumDefaults)) assert.equal(documented.get(name), value, name)
  })

  test('has every variable that does nothing or is refused, with the remedy', () => {
    for (const [name, hint] of [...Object.entries(withoutMeaning), ...Object.entries(refused)])
      assert.equal(documented.get(name), hint, name)
  })
})
