import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { isConnectError, isStruct, SinkRecord, setEntry, valuesEqual } from '../../../api/index.ts'
import { parseJson } from '../../../compat/json-read.ts'
import { schemalessToJson } from '../../../compat/json-write.ts'
import { createTransformationChain } from '../../../runtime/core/transformation-chain.ts'
import transforms from '../../../transforms/index.ts'

const PACKAGE = 'org.apache.kafka.connect.transforms'
const name = fc.constantFrom('a', 'b', '__proto__', 'constructor', 'c.d')

const stage = fc.oneof(
  fc
    .tuple(name, fc.string())
    .map(([field, value]) => ({ type: 'InsertField$Value', 'static.field': field, 'static.value': value })),
  fc.tuple(name, name).map(([exclude, from]) => ({ type: 'ReplaceField$Value', exclude, renames: `${from}:x` })),
  fc
    .tuple(name, fc.option(fc.constantFrom('7', 'x')))
    .map(([field, replacement]) => ({ type: 'MaskField$Value', fields: field, replacement })),
)

const map = fc.array(fc.tuple(name, fc.oneof(fc.jsonValue(), fc.integer()))).map((entries) => {
  const value: Record<string, unknown> = {}
  for (const [key, entry] of entries) setEntry(value, key, parseJson(JSON.stringify(entry)))
  return value
})

describe('transforms of schemaless maps', () => {
  it('answer or refuse, leave their input alone and no prototype changed', () => {
    const before = Reflect.ownKeys(Object.prototype).length
    fc.assert(
      fc.property(fc.array(stage, { minLength: 1, maxLength: 4 }), map, (stages, value) => {
        const config: Record<string, string | null> = { transforms: stages.map((_stage, i) => `t${i}`).join(',') }
        stages.forEach((each, i) => {
          for (const [key, entry] of Object.entries(each)) {
            config[`transforms.t${i}.${key}`] = key === 'type' ? `${PACKAGE}.${String(entry)}` : entry
          }
        })
        const chain = createTransformationChain(
          config,
          (className, kind) =>
            transforms.plugins.find((each) => each.className === className && each.kind === kind) ?? null,
        )
        const text = schemalessToJson(value)
        const record = new SinkRecord({ topic: 't', kafkaPartition: 0, kafkaOffset: 0, value })
        try {
          const result = chain.apply(record)
          assert.ok(!(result instanceof Promise) && result !== null && !isStruct(result.value))
          assert.equal(Object.getPrototypeOf(result.value), Object.prototype)
        } catch (error) {
          assert.ok(
            error instanceof Error && isConnectError(error.cause) && error.cause.code === 'DATA_INVALID',
            String(error),
          )
        }
        assert.equal(schemalessToJson(value), text)
        assert.ok(valuesEqual(record.value, value))
        assert.equal(Reflect.ownKeys(Object.prototype).length, before)
      }),
      { numRuns: 1000 },
    )
  })
})
