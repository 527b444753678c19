import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { describe, test } from 'node:test'
import { healthUrl } from '../../../../runtime/cli/health-check.ts'
import { runScript } from '../../../support/command.ts'

const script = 'dist/runtime/docker-healthcheck.js'

describe('where the health check asks', () => {
  const urls: readonly (readonly [listeners: string | undefined, url: string])[] = [
    [undefined, 'http://127.0.0.1:8083/health'],
    ['', 'http://127.0.0.1:8083/health'],
    ['http://:8084', 'http://127.0.0.1:8084/health'],
    ['http://0.0.0.0:8084', 'http://127.0.0.1:8084/health'],
    ['http://connect-1:8083', 'http://connect-1:8083/health'],
    ['http://[::]:8083', 'http://[::1]:8083/health'],
    ['HTTPS://:8443', 'https://127.0.0.1:8443/health'],
    ['https://:8443, http://127.0.0.1:8083', 'http://127.0.0.1:8083/health'],
  ]
  for (const [listeners, url] of urls)
    test(String(listeners), () => assert.equal(healthUrl({ CONNECT_LISTENERS: listeners }).href, url))
  test('SLUICE_HEALTH_URL', () =>
    assert.equal(healthUrl({ SLUICE_HEALTH_URL: 'http://x:1/health' }).href, 'http://x:1/health'))
  test('a URL that is none is refused by the name of its variable', () => {
    for (const url of ['127.0.0.1:8083/health', 'ftp://x/health'])
      assert.throws(() => healthUrl({ SLUICE_HEALTH_URL: url }), /SLUICE_HEALTH_URL is /)
  })
  test('an open port is refused', () =>
    assert.throws(() => healthUrl({ CONNECT_LISTENERS: 'http://:0' }), /leaves the port open/))
})

test('the health check passes for 200 alone, and says what it heard', async () => {
  const answer = { status: 200 }
  const server = createServer((_request, response) => {
    response.writeHead(answer.status)
    response.end('{"status":"told"}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const { port } = server.address() as { port: number }
    const env = { CONNECT_LISTENERS: `http://127.0.0.1:${port}` }
    for (const [status, code] of [
      [200, 0],
      [503, 1],
      [500, 1],
    ] as const) {
      answer.status = status
      const outcome = await runScript(script, [], { env })
      assert.deepEqual(outcome, {
        code,
        stdout: `http://127.0.0.1:${port}/health: ${status} {"status":"told"}\n`,
        stderr: '',
      })
    }
  } finally {
    server.close()
  }
  const { code, stderr } = await runScript(script, [], { env: { CONNECT_LISTENERS: 'http://127.0.0.1:1' } })
  assert.equal(code, 1)
  assert.match(stderr, /^health check: /)
})
