import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { defaultOf, REQUIRED } from '../../../../../runtime/kafka/client-config/property.ts'
import { clientProperties, propertiesOf } from '../../../../../runtime/kafka/client-config/table.ts'
import { parseClientProperties } from '../../../../../runtime/kafka/client-config/parse.ts'
import { renderClientProperties } from './document.ts'

const root = new URL('../../../../../../', import.meta.url)

test('the table holds the properties of the Java clients, with their types and defaults', () => {
  // From ProducerConfig, ConsumerConfig and AdminClientConfig by reflection: client, name, type, default.
  const java = readFileSync(new URL('test/fixtures/client-properties.tsv', root), 'utf8')
    .replace(/\n$/, '')
    .split('\n')
    .sort()
  const ours = (['producer', 'consumer', 'admin'] as const).flatMap((kind) =>
    [...propertiesOf(kind).values()].map((property) => {
      const value = defaultOf(property, kind)
      return [kind, property.name, property.type, value === REQUIRED ? '<required>' : value].join('\t')
    }),
  )
  const plain = (line: string): string => line.replaceAll('class org', 'org').replace(/\tnull$/, '\t')
  assert.deepEqual(ours.map(plain).sort(), java.map(plain).sort())
})

test('no property stands in the table twice, and every default parses', () => {
  const names = clientProperties.map((property) => property.name)
  assert.equal(new Set(names).size, names.length)
  for (const kind of ['producer', 'consumer', 'admin'] as const) {
    parseClientProperties(kind, { 'bootstrap.servers': 'localhost:9092' })
  }
})

test('docs/client-properties.md is that of the table', () => {
  const file = new URL('docs/client-properties.md', root)
  const text = renderClientProperties()
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(file, text)
  assert.equal(readFileSync(file, 'utf8'), text, 'run this test with UPDATE_DOCS=1 and commit the file')
})
