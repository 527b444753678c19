import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConnectError } from '../../../../api/index.ts'
import type { ConfigInfos } from '../../../../runtime/core/answers.ts'
import { hideSecrets, hideSecretsIn } from '../../../../runtime/worker/host/validation/hide-secrets.ts'

const line = (name: string, value: string | null, ...errors: string[]) => ({
  definition: null,
  value: { name, value, errors, recommended_values: [], visible: true },
})
const infos: ConfigInfos = {
  name: 'C',
  error_count: 3,
  groups: ['Transforms: hunter2'],
  configs: [
    line('url', 'db://u:hunter2@h', 'Access denied with password hunter2'),
    line('other', 'plain', 'cannot connect to db://u:hunter2@h'),
    line('transforms.hunter2.type', null, 'missing'),
    line('secret', '[hidden]'),
  ],
}
const raw = { url: 'db://u:${file:x:p}@h', other: 'plain', secret: '${file:x:p}' }

test('no line of a validation tells what a variable stands for', () => {
  const clean = hideSecrets(infos, raw, new Set(['hunter2']))
  assert.ok(!JSON.stringify(clean).includes('hunter2'))
  assert.deepEqual(
    clean.configs.map(({ value }) => [value?.name, value?.value]),
    [
      ['url', raw.url],
      ['other', 'plain'],
      ['transforms.[hidden].type', null],
      ['secret', '[hidden]'],
    ],
  )
})

test('an error does not tell it either', () => {
  const error = new ConnectError('BAD_REQUEST', 'no class hunter2', { remedy: 'Look.' })
  const clean = hideSecretsIn(error, new Set(['hunter2'])) as ConnectError
  assert.deepEqual([clean.code, clean.message, clean.remedy], ['BAD_REQUEST', 'no class [hidden]', 'Look.'])
  assert.equal(hideSecretsIn(error, new Set(['x'])), error)
})

test('without variables nothing is touched', () => {
  assert.equal(hideSecrets(infos, raw, new Set()), infos)
})
