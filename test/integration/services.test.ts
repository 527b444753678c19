import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { waitFor } from '../services/process.ts'
import { checkout } from '../support/command.ts'
import { Scratch } from '../support/scratch.ts'
import { needsKafka } from './kafka-env.ts'

test('npm run services says where Kafka listens, and Ctrl-C takes all of it away', needsKafka, async () => {
  using scratch = new Scratch()
  mkdirSync(scratch.path('tmp'))
  const services = spawn(process.execPath, [join(checkout, 'dist/test/services/main.js')], {
    env: { ...process.env, TMPDIR: scratch.path('tmp') },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(services, 'exit')
  let output = ''
  services.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  try {
    await waitFor('Kafka', () => (output.includes('Stop: Ctrl-C') ? true : undefined), { timeoutMs: 120_000 })
    assert.match(output, /^Kafka {8}127\.0\.0\.1:\d+$/m)
  } finally {
    services.kill('SIGINT')
  }
  assert.deepEqual(await exited, [0, null])
  assert.deepEqual(readdirSync(scratch.path('tmp')), [])
})
