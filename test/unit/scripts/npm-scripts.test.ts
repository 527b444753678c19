import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { checkout, runScript } from '../../support/command.ts'

const manifest = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as { scripts: Record<string, string> }

for (const [name, command] of Object.entries(manifest.scripts)) {
  const file = /^node (\S+)/.exec(command)?.[1]
  if (file !== undefined)
    test(`npm run ${name} runs a file that is there`, () => assert.ok(existsSync(join(checkout, file)), file))
}

test('npm run services says what it does, and takes no other option', async () => {
  const help = await runScript('dist/test/services/main.js', ['--help'])
  assert.equal(help.code, 0)
  assert.match(help.stdout, /^Usage: npm run services \[-- --java\]/)
  const wrong = await runScript('dist/test/services/main.js', ['--jaav'])
  assert.equal(wrong.code, 2)
  assert.match(wrong.stderr, /--jaav[\s\S]*Usage/)
})
