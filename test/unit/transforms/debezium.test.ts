import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { INT64_SCHEMA, SchemaBuilder, SourceRecord, STRING_SCHEMA, Struct } from '../../../api/index.ts'
import transforms from '../../../transforms/index.ts'
import { runVectors } from '../../golden/run-golden.ts'
import { readWithDefinitions } from '../../support/debezium-vectors.ts'
import { applied, debeziumTransform, sinkRecord, structRecord } from '../../support/transforms.ts'

// The tests run from dist/test/unit/transforms, the data stays in test/fixtures.
const FIXTURES = new URL('../../../../test/fixtures/transforms/', import.meta.url)

/** Properties that the genuine classes know but do not list, and that ours list. */
const UNLISTED = [
  'ExtractNewRecordState\treplace.null.with.default\tBOOLEAN\t=true\tLOW',
  'ByLogicalTableRouter\tkey.field.name\tSTRING\t=__dbz__physicalTableIdentifier\tLOW',
  'ByLogicalTableRouter\tschema.name.adjustment.mode\tSTRING\t=none\tLOW',
]

/** Properties that the genuine classes list as optional and refuse to go without. */
const REQUIRED = /^ByLogicalTableRouter\ttopic\.(?:regex|replacement)\t/

describe('answers of the genuine classes of Debezium', () => {
  const vectors = readWithDefinitions(new URL('debezium.jsonl', FIXTURES))

  it('are there', () => assert.equal(vectors.length, 1091))

  for (const family of new Set(vectors.map(({ id }) => id.replace(/-\d+$/, '')))) {
    it(family, async () => {
      const { outcomes } = await runVectors(vectors.filter(({ id }) => id.replace(/-\d+$/, '') === family))
      const fallen = outcomes.filter((outcome) => !outcome.passed)
      assert.deepEqual(
        fallen.map(({ vector, expected, got }) => ({ id: vector.id, expected, got })),
        [],
      )
    })
  }
})

describe('definitions of the classes of Debezium', () => {
  it('have the keys, types, defaults and importance of the genuine ones', () => {
    const [, ...lines] = readFileSync(new URL('debezium-definitions.tsv', FIXTURES), 'utf8').trimEnd().split('\n')
    const listed = lines.map((line) => line.replace('io.debezium.transforms.', ''))
    const corrected = listed.map((line) => (REQUIRED.test(line) ? line.replace('=null', 'required') : line))
    const genuine = [...corrected, ...UNLISTED]
    const ours = transforms.plugins
      .filter((plugin) => plugin.className.startsWith('io.debezium.'))
      .flatMap((plugin) =>
        [...plugin.config.keys.values()].map((key) => {
          const name = plugin.className.replace('io.debezium.transforms.', '')
          const value = Array.isArray(key.defaultValue) ? `[${key.defaultValue.join(', ')}]` : String(key.defaultValue)
          return [name, key.name, key.type, key.required ? 'required' : `=${value}`, key.importance].join('\t')
        }),
      )
    assert.deepEqual(ours.sort(), genuine.sort())
  })
})

describe('ExtractNewRecordState', () => {
  const row = SchemaBuilder.struct()
    .optional()
    .field('kind', SchemaBuilder.string().optional().defaultValue('plain').build())
  const rowSchema = row.build()
  const envelopeSchema = SchemaBuilder.struct()
    .name('s.d.t.Envelope')
    .field('before', rowSchema)
    .field('after', rowSchema)
    .field('op', STRING_SCHEMA)
    .build()
  const record = () =>
    structRecord(new Struct(envelopeSchema).put('op', 'c').put('after', new Struct(rowSchema).put('kind', null)))
  // JsonConverter writes the default in any case, so that the recorded answers do not tell.
  const kindOf = (props: Record<string, string>): unknown => {
    const { value } = applied(debeziumTransform('ExtractNewRecordState', props), record())
    return value instanceof Struct ? value.getWithoutDefault('kind') : undefined
  }

  it('keeps a null, but replaces it with the default in a rewrite mode unless told otherwise', () => {
    const rewrite = { 'delete.tombstone.handling.mode': 'rewrite' }
    assert.equal(kindOf({}), null)
    assert.equal(kindOf(rewrite), 'plain')
    assert.equal(kindOf({ ...rewrite, 'replace.null.with.default': 'false' }), null)
  })

  it('gives rows of the same schema one schema, and those with dropped fields one for each list of them', () => {
    const transform = debeziumTransform('ExtractNewRecordState', {
      'drop.fields.header.name': 'gone',
      'add.fields': 'op',
    })
    const names = SchemaBuilder.array(STRING_SCHEMA).build()
    const dropping = (): unknown => {
      const from = record()
      return applied(transform, from.with({ headers: from.headers.with('gone', ['kind'], names) })).valueSchema
    }
    assert.equal(applied(transform, record()).valueSchema, applied(transform, record()).valueSchema)
    assert.equal(dropping(), dropping())
    assert.notEqual(dropping(), applied(transform, record()).valueSchema)
  })
})

describe('ByLogicalTableRouter', () => {
  it('gives keys of the same schema one schema for each topic they come from', () => {
    const transform = debeziumTransform('ByLogicalTableRouter', { 'topic.regex': 't(.)', 'topic.replacement': 'n$1' })
    const keySchema = SchemaBuilder.struct().field('id', STRING_SCHEMA).build()
    const from = (topic: string) =>
      applied(transform, sinkRecord(null).with({ topic, keySchema, key: new Struct(keySchema).put('id', 'x') }))
    assert.equal(from('t1').keySchema, from('t1').keySchema)
    assert.equal(from('t1').keySchema?.name, 'n1.Key')
    assert.equal(from('t2').keySchema?.name, 'n2.Key')
  })
})

describe('EventRouter', () => {
  const row = SchemaBuilder.struct()
    .field('id', STRING_SCHEMA)
    .field('aggregatetype', STRING_SCHEMA)
    .field('aggregateid', STRING_SCHEMA)
    .field('payload', STRING_SCHEMA)
    .build()
  const envelopeSchema = SchemaBuilder.struct()
    .name('s.d.outbox.Envelope')
    .field('after', row)
    .field('op', STRING_SCHEMA)
    .field('ts_ms', INT64_SCHEMA)
    .build()
  const event = (payload: string): SourceRecord => {
    const after = new Struct(row).put('id', 'e').put('aggregatetype', 'order').put('aggregateid', '7')
    const value = new Struct(envelopeSchema).put('op', 'c').put('ts_ms', 5).put('after', after.put('payload', payload))
    return new SourceRecord({
      topic: 'outbox',
      kafkaPartition: 3,
      valueSchema: envelopeSchema,
      value,
      sourcePartition: null,
      sourceOffset: null,
    })
  }

  it('leaves the partition of a source record to the producer', () => {
    const routed = applied(debeziumTransform('outbox.EventRouter'), event('x'))
    assert.equal(routed.kafkaPartition, null)
    assert.equal(routed.topic, 'outbox.event.order')
  })

  it('gives payloads with the same fields one schema, and leaves what has none as text', () => {
    const transform = debeziumTransform('outbox.EventRouter', { 'table.expand.json.payload': 'true' })
    const schemaOf = (payload: string): unknown => applied(transform, event(payload)).valueSchema
    assert.equal(schemaOf('{"a":1}'), schemaOf('{"a":2}'))
    for (const text of ['[1]', '{"a":9223372036854775808}', '{"l":[{"a":1},{"a":"x"}]}']) {
      const { value, valueSchema } = applied(transform, event(text))
      assert.equal(value, text)
      assert.equal(valueSchema, row.field('payload')?.schema)
    }
  })

  it('refuses a placement that there is not', () => {
    const placed = (placement: string) => () =>
      debeziumTransform('outbox.EventRouter', { 'table.fields.additional.placement': placement })
    assert.throws(placed('type:nowhere'), { code: 'CONFIG_INVALID' })
    assert.doesNotThrow(placed(''))
  })
})
