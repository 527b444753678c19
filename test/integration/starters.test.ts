import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync } from 'node:fs'
import { describe, test } from 'node:test'
import { freePorts, waitFor } from '../services/process.ts'
import { checkout } from '../support/command.ts'
import { Scratch } from '../support/scratch.ts'
import { needsKafka } from './kafka-env.ts'

/** Runs a script until it says how to stop it, and stops it so; answers what it printed. */
async function startAndStop(script: string, args: readonly string[]): Promise<string> {
  using scratch = new Scratch()
  mkdirSync(scratch.path('tmp'))
  const child = spawn(process.execPath, [script, ...args], {
    cwd: checkout,
    env: { ...process.env, TMPDIR: scratch.path('tmp') },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  try {
    const said = (): true | undefined => (output.includes('Stop: Ctrl-C') || child.exitCode !== null ? true : undefined)
    await waitFor(script, said, { timeoutMs: 120_000 })
  } finally {
    // Twice, as Ctrl-C comes through npm.
    child.kill('SIGINT')
    child.kill('SIGINT')
  }
  assert.deepEqual(await exited, [0, null], output)
  assert.deepEqual(readdirSync(scratch.path('tmp')), [], 'nothing is left behind')
  return output
}

describe('scripts that run until Ctrl-C, which takes all of it away', needsKafka, () => {
  test('npm run services says where Kafka listens', async () => {
    assert.match(await startAndStop('dist/test/services/main.js', []), /^Kafka {8}127\.0\.0\.1:\d+$/m)
  })

  test('npm start delivers the orders through the worker that it started', async () => {
    const [port] = await freePorts(1)
    const output = await startAndStop('scripts/quickstart.js', ['--port', String(port)])
    assert.match(output, new RegExp(`^REST {7}http://127\\.0\\.0\\.1:${port}$`, 'm'))
    assert.match(output, /^delivered .*orders-out\.txt {3}4 lines$/m)
    assert.match(output, /^broken .*orders-dlq\.txt {3}2 lines$/m)
  })
})
