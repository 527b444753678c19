import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseDistributedConfig } from '../../../../runtime/config/worker-config.ts'
import type { ConnectProtocolMode } from '../../../../runtime/core/connect-protocol.ts'
import { SIGNATURE_ALGORITHM_HEADER, SIGNATURE_HEADER } from '../../../../runtime/core/request-signature.ts'
import type { SessionKey } from '../../../../runtime/core/session-key.ts'
import type { SignedBody } from '../../../../runtime/herder/herder.ts'
import { InternalRequests } from '../../../../runtime/herder/internal-requests.ts'
import { SessionKeys } from '../../../../runtime/herder/session-keys.ts'

const { values } = parseDistributedConfig(
  {
    'bootstrap.servers': '127.0.0.1:9092',
    'group.id': 'g',
    'key.converter': 'K',
    'value.converter': 'V',
    'config.storage.topic': 'c',
    'offset.storage.topic': 'o',
    'status.storage.topic': 's',
  },
  () => undefined,
)
const keys = new SessionKeys(values)
const body = Buffer.from('[{"file":"/etc/passwd"}]')

function signedWith(key: SessionKey): SignedBody {
  const headers = keys.sign(key, body)
  const [signature, algorithm] = [headers[SIGNATURE_HEADER], headers[SIGNATURE_ALGORITHM_HEADER]]
  assert.ok(signature !== undefined && algorithm !== undefined)
  return { body, signature: { signature, algorithm } }
}

function verify(signed: SignedBody, agreed: string, configured: ConnectProtocolMode, sessionKey: SessionKey | null) {
  new InternalRequests({ keys, configured, agreed: () => agreed, sessionKey: () => sessionKey }).verify(signed)
}

const key = keys.generate(0)
const unsigned = { body, signature: null }

describe('a group that signs', () => {
  for (const agreed of ['sessioned', '']) {
    const when = agreed === '' ? 'before the first round' : 'once it has agreed'
    test(`lets in what is signed with its key, and nothing else, ${when}`, () => {
      verify(signedWith(key), agreed, 'sessioned', key)
      assert.throws(() => verify(unsigned, agreed, 'sessioned', key), { status: 400 })
      assert.throws(() => verify(signedWith(keys.generate(0)), agreed, 'sessioned', key), { status: 403 })
      const changed = { ...signedWith(key), body: Buffer.from('[]') }
      assert.throws(() => verify(changed, agreed, 'sessioned', key), { status: 403 })
      assert.throws(() => verify(signedWith(key), agreed, 'sessioned', null), { status: 503 })
    })
  }
})

test('a group of an older protocol signs nothing', () => {
  verify(unsigned, 'compatible', 'sessioned', key)
  verify(unsigned, '', 'compatible', null)
})
