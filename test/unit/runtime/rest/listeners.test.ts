import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { advertised, parseListeners } from '../../../../runtime/rest/listeners.ts'

describe('parseListeners', () => {
  test('reads protocol, host and port', () => {
    assert.deepEqual(parseListeners(['http://localhost:8083', ' HTTP://:0', 'https://[::1]:443']), [
      { protocol: 'http', host: 'localhost', port: 8083 },
      { protocol: 'http', host: null, port: 0 },
      { protocol: 'https', host: '::1', port: 443 },
    ])
  })

  for (const text of ['localhost:8083', 'ftp://a:1', 'http://a:70000', 'http://a:-1', 'http://a']) {
    test(`refuses ${text}, naming the key`, () => {
      assert.throws(() => parseListeners([text], 'admin.listeners'), {
        code: 'CONFIG_INVALID',
        message: /for configuration admin\.listeners:/,
      })
    })
  }
})

describe('advertised', () => {
  const bound = parseListeners(['http://10.0.0.7:8083'])
  const none = { listener: null, host: null, port: null }

  test('is what is bound, or what the worker file says', () => {
    assert.deepEqual(advertised(bound, none), { url: 'http://10.0.0.7:8083/', workerId: '10.0.0.7:8083' })
    assert.deepEqual(advertised(bound, { listener: 'HTTP', host: 'connect-1', port: 80 }), {
      url: 'http://connect-1:80/',
      workerId: 'connect-1:80',
    })
    assert.equal(advertised(bound, { ...none, host: '::1' }).url, 'http://[::1]:8083/')
  })

  for (const listener of ['https', 'ftp']) {
    test(`refuses ${listener}, which is not bound`, () => {
      assert.throws(() => advertised(bound, { ...none, listener }), {
        message: `rest.advertised.listener=${listener} names no protocol of listeners`,
        remedy: 'Remove the line, or set it to http.',
      })
    })
  }
})
