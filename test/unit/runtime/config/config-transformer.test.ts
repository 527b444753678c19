import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConfigProvider } from '../../../../api/index.ts'
import { hasVariable, resolveConfig, reverseTransform } from '../../../../runtime/config/config-transformer.ts'

function provider(
  values: Readonly<Record<string, string>>,
  ttlMs?: number,
): ConfigProvider & { readonly asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    get(path) {
      asked.push(path)
      return { data: values, ...(ttlMs === undefined ? {} : { ttlMs }) }
    },
  }
}

const resolve = async (
  text: string,
  values: Readonly<Record<string, string>> = { k: 'v', user: 'ann' },
): Promise<string | undefined> => {
  const { config } = await resolveConfig({ x: text }, new Map([['file', provider(values)]]))
  return config['x']
}

const cases: readonly (readonly [text: string, resolved: string])[] = [
  ['plain', 'plain'],
  ['${file:/p:k}', 'v'],
  ['${file:k}', 'v'],
  ['a${file:/p:user}b${file:/p:k}c', 'aannbvc'],
  ['${other:/p:k}', '${other:/p:k}'],
  ['${file:/p:missing}', '${file:/p:missing}'],
  ['${file}', '${file}'],
  ['${file:/p:__proto__}', '${file:/p:__proto__}'],
]
for (const [text, resolved] of cases) {
  test(`${text} becomes ${resolved}`, async () => assert.equal(await resolve(text), resolved))
}

test('what a variable stands for is not looked at again', async () => {
  assert.equal(await resolve('${file:/p:k}', { k: '${file:/p:other}', other: 'no' }), '${file:/p:other}')
})

test('a path is asked for once per key, and the shortest time to live counts', async () => {
  const first = provider({ k: '1' }, 5000)
  const providers = new Map<string, ConfigProvider>([
    ['a', first],
    ['b', provider({ k: '2' }, 300)],
  ])
  const { config, ttlMs, secrets } = await resolveConfig({ x: '${a:/p:k}${a:/p:k}', y: '${b:k}', z: null }, providers)
  assert.deepEqual(config, { x: '11', y: '2' })
  assert.deepEqual(first.asked, ['/p'])
  assert.equal(ttlMs, 300)
  assert.deepEqual([...secrets].sort(), ['1', '2'])
})

test('task configs get their variables back, whatever the connector did with the value', () => {
  const raw = { password: '${file:/p:k}', user: 'ann' }
  assert.deepEqual(reverseTransform(raw, { password: 'v', user: 'ann', extra: 'e', none: null }), {
    password: '${file:/p:k}',
    user: 'ann',
    extra: 'e',
  })
  assert.ok(hasVariable(raw.password))
  assert.ok(!hasVariable(raw.user))
})
