import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { directoryProvider, environmentProvider, fileProvider } from '../../../../runtime/config/file-providers.ts'
import { configProviders } from '../../../../runtime/config/providers.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-providers-'))
after(() => rmSync(folder, { recursive: true, force: true }))
writeFileSync(join(folder, 'secrets.properties'), 'user=ann\npassword = s\\u00e9cret\n')
writeFileSync(join(folder, 'token'), 'abc\n')

const silent = (): void => undefined

test('the file provider reads properties', async () => {
  const { data } = await fileProvider({}, silent).get(join(folder, 'secrets.properties'), ['user', 'password', 'none'])
  assert.deepEqual(data, { user: 'ann', password: 'sécret' })
})

test('a missing file is said with its name', () => {
  assert.throws(
    () => fileProvider({}, silent).get('/no/such.properties', ['k']),
    /Could not read properties from file \/no\/such.properties/,
  )
})

test('the directory provider reads files whole', async () => {
  assert.deepEqual((await directoryProvider({}, silent).get(folder, ['token', '../x'])).data, { token: 'abc\n' })
})

test('outside of allowed.paths nothing is read', async () => {
  const warnings: string[] = []
  const provider = fileProvider({ 'allowed.paths': join(folder, 'token') }, (message) => void warnings.push(message))
  assert.deepEqual((await provider.get(join(folder, 'secrets.properties'), ['user'])).data, {})
  assert.match(warnings[0] ?? '', /not permitted/)
  assert.throws(() => fileProvider({ 'allowed.paths': 'relative' }, silent), /Path relative is not absolute/)
})

test('the environment provider keeps to its allow-list and takes no path', async () => {
  const provider = environmentProvider({ 'allowlist.pattern': 'DB_.*' }, { DB_USER: 'u', HOME: '/' })
  assert.deepEqual((await provider.get('', ['DB_USER', 'HOME'])).data, { DB_USER: 'u' })
  assert.throws(() => provider.get('p', ['DB_USER']), /Path is not supported/)
})

test('providers of a worker file are made by class, unknown ones are refused with the remedy', () => {
  const made = (name: string) =>
    configProviders({ 'config.providers': 'a', 'config.providers.a.class': name }, { environment: {}, warn: silent })
  assert.ok(made('org.apache.kafka.common.config.provider.FileConfigProvider').has('a'))
  assert.throws(() => made('com.example.Vault'), /there is no config provider com.example.Vault/)
  assert.throws(
    () => configProviders({ 'config.providers': 'a' }, { environment: {}, warn: silent }),
    /config.providers.a.class is missing/,
  )
})
