import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { runScript } from '../../support/command.ts'
import { Scratch } from '../../support/scratch.ts'

test('npm test repeats at its end what failed and what was skipped', async () => {
  using scratch = new Scratch()
  const file = scratch.path('sample.test.mjs')
  writeFileSync(
    file,
    `import { describe, test } from 'node:test'
describe('suite', () => {
  test('good', () => {})
  test('bad', () => { throw new Error('no') })
  test('later', { skip: 'no server' }, () => {})
})
describe('all of these', { skip: 'no server' }, () => test('within', () => {}))
test.skip('whenever', () => {})
`,
  )
  const { code, stdout } = await runScript('scripts/run-tests.js', ['--unit', file])
  assert.equal(code, 1)
  assert.ok(stdout.startsWith(`\n1 test file on Node ${process.version}\n`), stdout)
  const where = `(${file}, ${process.version})`
  const end = [
    'Failed:',
    `  bad  ${where}`,
    '',
    'Skipped (no server):',
    `  later  ${where}`,
    `  all of these  ${where}`,
    '',
    'Skipped (no reason given):',
    `  whenever  ${where}`,
    '',
    '1 passed, 1 failed, 3 skipped\n',
  ].join('\n')
  assert.ok(stdout.endsWith(`\n${end}`), stdout)
})

test('npm test says what it takes, and refuses what it does not', async () => {
  const help = await runScript('scripts/run-tests.js', ['--help'])
  assert.equal(help.code, 0)
  assert.match(help.stdout, /^Usage: npm test/)
  const wrong = await runScript('scripts/run-tests.js', ['--unti'])
  assert.equal(wrong.code, 2)
  assert.match(wrong.stderr, /--unti[\s\S]*Usage: npm test/)
  const nothing = await runScript('scripts/run-tests.js', ['unit/nowhere'])
  assert.equal(nothing.code, 1)
  assert.match(nothing.stderr, /no compiled test below .* for: unit\/nowhere/)
})
