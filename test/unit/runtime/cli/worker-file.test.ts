import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { after, describe, test } from 'node:test'
import { runSluice } from '../../../support/command.ts'
import { Scratch } from '../../../support/scratch.ts'

const scratch = new Scratch()
after(() => scratch[Symbol.dispose]())

const valid = {
  'bootstrap.servers': '127.0.0.1:1',
  'group.id': 'g',
  'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
  'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
  'config.storage.topic': 'c',
  'offset.storage.topic': 'o',
  'status.storage.topic': 's',
  listeners: 'http://127.0.0.1:0',
}
const secured = { 'security.protocol': 'SASL_SSL', 'sasl.mechanism': 'PLAIN' }
const jaas = 'org.apache.kafka.common.security.plain.PlainLoginModule required username="u" password="s3cret"'

describe('what is wrong in a worker file is said where it stands', () => {
  const faults: readonly {
    readonly name: string
    readonly file?: Readonly<Record<string, string>>
    readonly env?: Readonly<Record<string, string>>
    readonly said: string
  }[] = [
    {
      name: 'bootstrap.servers without a port',
      file: { 'bootstrap.servers': 'localhost' },
      said: 'Invalid url in bootstrap.servers: localhost. Give host:port pairs; IPv6 addresses in brackets.',
    },
    {
      name: 'bootstrap.servers of the producers',
      file: { 'producer.bootstrap.servers': 'localhost' },
      said: 'Invalid url in producer.bootstrap.servers: localhost. Give host:port pairs; IPv6 addresses in brackets.',
    },
    {
      name: 'a setting of the consumers',
      file: { 'consumer.fetch.min.bytes': 'few' },
      said: 'Invalid value few for configuration consumer.fetch.min.bytes: Not a number of type INT',
    },
    {
      name: 'sasl.jaas.config without its end',
      file: { ...secured, 'sasl.jaas.config': jaas },
      said: 'Invalid value for configuration sasl.jaas.config: End of entry not specified in JAAS config. Write: <login module class> required name="value" …;',
    },
    {
      name: 'a misspelt variable',
      env: { CONNECT_GRUP_ID: 'g' },
      said: 'The worker property grup.id does not exist (grup.id comes from the environment variable CONNECT_GRUP_ID). Did you mean group.id? If not, remove it.',
    },
    {
      name: 'a value from a variable',
      env: { CONNECT_OFFSET_FLUSH_INTERVAL_MS: 'abc' },
      said: 'Invalid value abc for configuration offset.flush.interval.ms: Not a number of type LONG (offset.flush.interval.ms comes from the environment variable CONNECT_OFFSET_FLUSH_INTERVAL_MS)',
    },
    {
      name: 'a setting of the producers from a variable',
      env: { CONNECT_PRODUCER_LINGER_MS: 'abc' },
      said: 'Invalid value abc for configuration producer.linger.ms: Not a number of type LONG (producer.linger.ms comes from the environment variable CONNECT_PRODUCER_LINGER_MS)',
    },
    {
      name: 'listeners from a variable',
      env: { CONNECT_LISTENERS: 'ftp://x' },
      said: '(listeners comes from the environment variable CONNECT_LISTENERS)',
    },
  ]
  for (const [index, { name, file, env, said }] of faults.entries()) {
    test(name, async () => {
      const path = scratch.path(`${index}.properties`)
      const lines = Object.entries({ ...valid, ...file }).map(([key, value]) => `${key}=${value}\n`)
      writeFileSync(path, lines.join(''))
      const { code, stderr } = await runSluice(['worker', path], env === undefined ? {} : { env })
      assert.equal(code, 2)
      assert.ok(stderr.startsWith('sluice worker: '), stderr)
      assert.ok(stderr.includes(said), stderr)
      assert.doesNotMatch(stderr, /s3cret/)
    })
  }
})
