import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { type ConnectError, isConnectError, type Props } from '../../../../api/index.ts'
import { RegistryClient, type SchemaContent } from '../../../../converters/schema-registry/client.ts'
import { parseRegistryConfig } from '../../../../converters/schema-registry/config.ts'
import { FakeRegistry } from '../../../support/fake-registry.ts'

let registry: FakeRegistry
before(async () => {
  registry = await FakeRegistry.start()
})
beforeEach(() => {
  registry.requests.length = 0
  registry.intercept = () => null
})
after(() => registry.close())

/** Nothing listens there: the port is the discard service's. */
const NOBODY = 'http://127.0.0.1:9'
const AVRO: SchemaContent = { type: 'AVRO', text: '"string"', references: [] }

async function using<T>(props: Props, run: (client: RegistryClient) => T | Promise<T>): Promise<T> {
  const quick = { 'schema.registry.url': registry.url, 'retries.wait.ms': '1', 'max.retries': '2' }
  const client = new RegistryClient(parseRegistryConfig({ ...quick, ...props }))
  try {
    return await run(client)
  } finally {
    client.close()
  }
}

async function failure(run: () => unknown): Promise<ConnectError> {
  try {
    await run()
  } catch (error) {
    assert.ok(isConnectError(error), String(error))
    return error
  }
  throw new assert.AssertionError({ message: 'nothing failed' })
}

const withUser = (url: string): string => url.replace('//', '//us%40er:se%3Acret@')

describe('the client of the schema registry', () => {
  it('asks once for what it then knows, also when asked many times at once', async () => {
    await using({}, async (client) => {
      const ids = await Promise.all(Array.from({ length: 50 }, async () => await client.register('once', AVRO, false)))
      assert.equal(new Set(ids).size, 1)
      assert.equal(registry.count(/POST/), 1)
      assert.equal(client.register('once', AVRO, false), ids[0])
      const get = async (): Promise<SchemaContent> => await client.byId(ids[0] ?? 0, 's')
      const [content] = await Promise.all([get(), get()])
      assert.deepEqual(content, AVRO)
      assert.equal(registry.count(/GET/), 1)
      assert.deepEqual(await client.versionOf('once', ids[0] ?? 0, AVRO), { version: 1 })
      assert.equal((await client.latest('once')).version, 1)
      assert.deepEqual(await client.byVersion('once', 1), AVRO)
    })
  })

  it('keeps no failure, and no more than told', async () => {
    await using({ 'max.schemas.per.subject': '2', 'max.retries': '0' }, async (client) => {
      await failure(() => client.byId(4711, 's'))
      await failure(() => client.byId(4711, 's'))
      assert.equal(registry.count(/GET/), 2)
      const texts = ['"int"', '"long"', '"float"']
      for (const text of texts) await client.register('bounded', { ...AVRO, text }, false)
      await client.register('bounded', { ...AVRO, text: '"int"' }, false)
      assert.equal(registry.count(/POST/), 4)
    })
  })

  it('sends a schema as the registry wants it', async () => {
    await using({}, async (client) => {
      const references = [{ name: 'x', subject: 'sub ject/1', version: 2 }]
      await client.register('a/b c', { type: 'PROTOBUF', text: 'p', references }, true)
      const [request] = registry.requests
      assert.equal(request?.path, '/subjects/a%2Fb%20c/versions?normalize=true')
      assert.deepEqual(request?.body, { schema: 'p', schemaType: 'PROTOBUF', references })
      assert.match(String(request?.headers['content-type']), /schemaregistry\.v1\+json/)
    })
  })

  it('goes on to the next address, and stays there', async () => {
    await using({ 'schema.registry.url': `${NOBODY},${registry.url}`, 'max.retries': '0' }, async (client) => {
      await client.register('fail-over', AVRO, false)
      registry.intercept = ({ path }) => (path.includes('second') ? { status: 503, body: {} } : null)
      const error = await failure(() => client.register('second', AVRO, false))
      assert.equal(error.retriable, true)
    })
  })

  it('tries again what may pass, with an end', async () => {
    for (const status of [408, 429, 500, 502, 503, 504]) {
      registry.requests.length = 0
      await using({}, async (client) => {
        registry.intercept = () => ({ status, body: { error_code: 50001, message: 'not now' } })
        const error = await failure(() => client.register('again', AVRO, false))
        assert.equal(registry.requests.length, 3, String(status))
        assert.equal(error.code, 'RETRIABLE')
        assert.match(error.message, /not now; error code: 50001/)
        registry.intercept = () => (registry.requests.length === 4 ? { status, body: 'no JSON' } : null)
        await client.register('again', AVRO, false)
        assert.equal(registry.requests.length, 5)
      })
    }
  })

  const refusals: readonly (readonly [status: number, code: string, remedy: RegExp])[] = [
    [401, 'CONFIG_INVALID', /basic\.auth\.user\.info/],
    [403, 'CONFIG_INVALID', /rights/],
    [404, 'DATA_INVALID', /auto\.register\.schemas=true/],
    [409, 'DATA_INVALID', /compatibility/],
    [422, 'DATA_INVALID', /invalid/],
  ]
  for (const [status, code, remedy] of refusals) {
    it(`${status} is not tried again and says how to mend it`, async () => {
      await using({ 'schema.registry.url': withUser(registry.url) }, async (client) => {
        registry.intercept = () => ({ status, body: { error_code: status, message: 'because' } })
        const error = await failure(() => client.register('refused', AVRO, false))
        assert.equal(registry.requests.length, 1)
        assert.deepEqual([error.code, error.retriable], [code, false])
        assert.match(error.message, new RegExp(`subject 'refused' at ${registry.url}: because; error code: ${status}`))
        assert.match(error.remedy ?? '', remedy)
        assert.doesNotMatch(error.message, /cret/)
      })
    })
  }

  it('says which addresses do not answer, without their passwords', async () => {
    await using({ 'schema.registry.url': withUser(NOBODY), 'max.retries': '1' }, async (client) => {
      const error = await failure(() => client.byId(1, 's'))
      assert.equal(error.code, 'RETRIABLE')
      assert.match(
        error.message,
        /^No schema registry answered to get schema 1: http:\/\/127\.0\.0\.1:9 \(ECONNREFUSED\)$/,
      )
      assert.match(error.remedy ?? '', /schema\.registry\.url/)
    })
  })

  it('a connection that is cut, or an answer that never comes, counts as none', async () => {
    const props = { 'http.connect.timeout.ms': '50', 'http.read.timeout.ms': '50', 'max.retries': '0' }
    await using(props, async (client) => {
      registry.intercept = () => 'cut'
      assert.match((await failure(() => client.byId(1, 's'))).message, /ECONNRESET/)
      registry.intercept = () => 'hang'
      assert.match((await failure(() => client.byId(1, 's'))).message, /no answer within 100 ms/)
    })
  })

  it('an answer that no registry gives is told as such', async () => {
    await using({}, async (client) => {
      for (const body of ['<html>', '[]', '{}', '{"schema":5}']) {
        registry.intercept = () => ({ status: 200, body })
        const error = await failure(() => client.byId(1, 's'))
        assert.equal(error.code, 'CONFIG_INVALID')
        assert.match(error.remedy ?? '', /path included/)
      }
    })
  })

  it('closing ends what is under way', async () => {
    const client = new RegistryClient(parseRegistryConfig({ 'schema.registry.url': registry.url }))
    registry.intercept = () => {
      client.close()
      return 'hang'
    }
    assert.equal((await failure(() => client.byId(1, 's'))).code, 'ILLEGAL_STATE')
    const waiting = new RegistryClient(
      parseRegistryConfig({ 'schema.registry.url': NOBODY, 'retries.wait.ms': '20000' }),
    )
    const pending = failure(() => waiting.byId(1, 's'))
    waiting.close()
    assert.equal((await pending).code, 'ILLEGAL_STATE')
  })

  const basic = `Basic ${Buffer.from('us@er:se:cret').toString('base64')}`
  const credentials: readonly (readonly [string, () => Props, string | undefined])[] = [
    ['none', () => ({}), undefined],
    ['of the address', () => ({ 'schema.registry.url': withUser(registry.url) }), basic],
    [
      'USER_INFO',
      () => ({ 'basic.auth.credentials.source': 'USER_INFO', 'basic.auth.user.info': 'us@er:se:cret' }),
      basic,
    ],
    [
      'with the long names',
      () => ({
        'schema.registry.basic.auth.credentials.source': 'USER_INFO',
        'schema.registry.basic.auth.user.info': 'us@er:se:cret',
      }),
      basic,
    ],
    [
      'SASL_INHERIT',
      () => ({
        'basic.auth.credentials.source': 'SASL_INHERIT',
        'sasl.jaas.config': 'o.a.k.PlainLoginModule required username="us@er" password="se:cret";',
      }),
      basic,
    ],
    ['a token', () => ({ 'bearer.auth.credentials.source': 'STATIC_TOKEN', 'bearer.auth.token': 'abc' }), 'Bearer abc'],
  ]
  for (const [name, props, expected] of credentials) {
    it(`credentials: ${name}`, async () => {
      await using({ ...props(), 'request.header.X-Tenant': 'acme' }, async (client) => {
        await client.register('auth', AVRO, false)
        assert.equal(registry.requests[0]?.headers.authorization, expected)
        assert.equal(registry.requests[0]?.headers['x-tenant'], 'acme')
      })
    })
  }

  const faulty: readonly Props[] = [
    { 'schema.registry.url': '' },
    { 'schema.registry.url': 'mock://x' },
    { 'schema.registry.url': 'http://a:secret@:bad' },
    { 'basic.auth.credentials.source': 'USER_INFO' },
    { 'basic.auth.credentials.source': 'SASL_INHERIT' },
    { 'basic.auth.credentials.source': 'OTHER' },
    { 'bearer.auth.credentials.source': 'OAUTHBEARER' },
    { 'basic.auth.credentials.source': 'USER_INFO', 'basic.auth.user.info': 'a:secret', 'bearer.auth.token': 'x' },
    { 'schema.registry.url': 'https://x', 'schema.registry.ssl.truststore.location': '/no/such/file' },
  ]
  for (const props of faulty) {
    it(`refuses ${JSON.stringify(props)}`, async () => {
      const error = await failure(() => using(props, () => undefined))
      assert.equal(error.code, 'CONFIG_INVALID')
      assert.notEqual(error.remedy, null)
      assert.doesNotMatch(`${error.message} ${error.remedy}`, /secret/)
    })
  }
})
