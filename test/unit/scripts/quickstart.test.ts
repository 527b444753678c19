import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { runScript } from '../../support/command.ts'
import { Scratch } from '../../support/scratch.ts'

test('npm start with its port taken says so before anything starts, and asks nothing of who listens there', async () => {
  using scratch = new Scratch()
  mkdirSync(scratch.path('tmp'))
  const requests: string[] = []
  const other = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`)
    response.end('[]')
  })
  other.listen(0, '127.0.0.1')
  await once(other, 'listening')
  try {
    const { port } = other.address() as AddressInfo
    const { code, stdout, stderr } = await runScript('scripts/quickstart.js', ['--port', String(port)], {
      env: { TMPDIR: scratch.path('tmp') },
    })
    assert.equal(code, 2)
    assert.match(stderr, new RegExp(`^Port ${port} is taken.*--port`))
    assert.equal(stdout, '')
    assert.deepEqual(requests, [])
    assert.deepEqual(readdirSync(scratch.path('tmp')), [], 'no folder is left behind')
  } finally {
    other.close()
  }
})

test('npm start knows its options', async () => {
  const help = await runScript('scripts/quickstart.js', ['--help'])
  assert.equal(help.code, 0)
  assert.match(help.stdout, /--port/)
  for (const args of [['--prot', '1'], ['--port'], ['--port', 'x'], ['x']]) {
    const { code, stderr } = await runScript('scripts/quickstart.js', args)
    assert.equal(code, 2, args.join(' '))
    assert.match(stderr, /Usage: npm start/)
  }
})
