import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { checkout, runSluice } from '../../../support/command.ts'

const { version } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as { version: string }

describe('what was asked for goes to standard output, exit code 0', () => {
  const answers: readonly (readonly [args: string, begin: string])[] = [
    ['--help', 'Usage: sluice COMMAND\n'],
    ['help transform', 'Usage: sluice transform '],
    ['worker --help', 'Usage: sluice worker [FILE.properties]\n'],
    ['validate x.json -h', 'Usage: sluice validate CONNECTOR...\n'],
    ['--version', `sluice ${version}\n`],
  ]
  for (const [args, begin] of answers) {
    test(`sluice ${args}`, async () => {
      const { code, stdout, stderr } = await runSluice(args.split(' '))
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
      assert.ok(stdout.startsWith(begin), stdout)
    })
  }
})

describe('a call that cannot be carried out: exit code 2, said on standard error with the usage', () => {
  const calls: readonly (readonly [args: readonly string[], said: RegExp])[] = [
    [[], /^Usage: sluice COMMAND/],
    [['wroker'], /^sluice: there is no command "wroker"\n\nUsage: sluice COMMAND/],
    [
      ['worker'],
      /^sluice worker: expected one argument: FILE\.properties, or .*CONNECT_\* variables\n\nUsage: sluice worker/,
    ],
    [['worker', 'a', 'b'], /^sluice worker: expected one argument: FILE\.properties\n\nUsage: sluice worker/],
    [['worker', '--foo', 'x'], /^sluice worker: Unknown option '--foo'\n\nUsage: sluice worker/],
    [['validate'], /^sluice validate: expected connector files\n\nUsage: sluice validate/],
    [['transform', 'a.json', 'b.json'], /^sluice transform: expected one argument: CONNECTOR\.json\n\nUsage/],
  ]
  for (const [args, said] of calls) {
    test(`sluice ${args.join(' ')}`, async () => {
      const { code, stdout, stderr } = await runSluice(args)
      assert.deepEqual({ code, stdout }, { code: 2, stdout: '' })
      assert.match(stderr, said)
    })
  }
})

test('a log format that does not exist is refused at start', async () => {
  const { code, stderr } = await runSluice(['worker', 'config/worker-distributed.properties'], {
    env: { SLUICE_LOG_FORMAT: 'xml' },
  })
  assert.equal(code, 2)
  assert.match(stderr, /^sluice worker: The environment variable SLUICE_LOG_FORMAT is xml\. Set it to text or json/)
})

test('a worker without a file is one of variables, which are named where they are at fault', async () => {
  const { code, stderr } = await runSluice(['worker'], { env: { CONNECT_BOOTSTRAP_SERVERS: 'here' } })
  assert.equal(code, 2)
  assert.match(stderr, /^sluice worker: /)
  assert.doesNotMatch(stderr, /expected one argument/)
})
