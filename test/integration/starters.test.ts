import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync } from 'node:fs'
import { describe, test } from 'node:test'
import { waitFor } from '../services/process.ts'
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
})
