import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ConfigDef, type PluginDescriptor, type Props } from '../../../../api/index.ts'
import type { FindPlugin } from '../../../../runtime/core/transformation-chain.ts'
import { transformationKeys } from '../../../../runtime/core/transformation-config.ts'
import transforms from '../../../../transforms/index.ts'

const PACKAGE = 'org.apache.kafka.connect.transforms'
const plugins: readonly PluginDescriptor[] = transforms.plugins
const find: FindPlugin = (name, kind) => plugins.find((each) => each.kind === kind && each.className === name) ?? null
const definition = (config: Props): ConfigDef =>
  new ConfigDef(transformationKeys(config, find, (kind) => plugins.filter((each) => each.kind === kind)))
const errorsOf = (config: Props): Record<string, readonly string[]> =>
  Object.fromEntries(
    definition(config)
      .validate(config)
      .filter((value) => value.errors.length > 0)
      .map((value) => [value.name, value.errors]),
  )

const mask = { transforms: 'm', 'transforms.m.type': `${PACKAGE}.MaskField$Value`, 'transforms.m.fields': 'a' }

describe('keys of transformations and predicates', () => {
  it('are the type, the version, the implicit keys and the plugin’s own, in one group', () => {
    const keys = [
      ...definition({
        ...mask,
        predicates: 'p',
        'predicates.p.type': `${PACKAGE}.predicates.HasHeaderKey`,
      }).keys.values(),
    ]
    assert.deepEqual(
      keys.map((key) => [key.name, key.group, key.orderInGroup, key.required]),
      [
        ['transforms.m.type', 'Transforms: m', 0, true],
        ['transforms.m.plugin.version', 'Transforms: m', 1, false],
        ['transforms.m.fields', 'Transforms: m', 2, true],
        ['transforms.m.negate', 'Transforms: m', 3, false],
        ['transforms.m.predicate', 'Transforms: m', 4, false],
        ['transforms.m.replace.null.with.default', 'Transforms: m', 5, false],
        ['transforms.m.replacement', 'Transforms: m', 6, false],
        ['predicates.p.type', 'Predicates: p', 0, true],
        ['predicates.p.plugin.version', 'Predicates: p', 1, false],
        ['predicates.p.name', 'Predicates: p', 2, true],
      ],
    )
    assert.equal(keys[0]?.displayName, 'Transformation type for m')
  })

  it('recommend the classes there are', () => {
    const value = definition(mask)
      .validate(mask)
      .find((each) => each.name === 'transforms.m.type')
    assert.ok(value?.recommendedValues.includes(`${PACKAGE}.RegexRouter`))
  })

  const cases: [string, Props, Record<string, string[]>][] = [
    ['nothing wrong', mask, {}],
    [
      'a fault in the plugin’s own key is told under its own name',
      { ...mask, 'transforms.m.replacement': '' },
      { 'transforms.m.replacement': ['Invalid value  for configuration replacement: String must be non-empty'] },
    ],
    [
      'negate without predicate',
      { ...mask, 'transforms.m.negate': 'true' },
      {
        'transforms.m.type': [
          "Config 'transforms.m.negate' was provided but there is no config 'transforms.m.predicate' defining a predicate to be negated.",
        ],
      },
    ],
    [
      'an outer class',
      { transforms: 'm', 'transforms.m.type': `${PACKAGE}.MaskField` },
      {
        'transforms.m.type': [
          `This class is abstract and cannot be created. Did you mean ${PACKAGE}.MaskField$Key, ${PACKAGE}.MaskField$Value?`,
        ],
      },
    ],
    [
      'no type',
      { transforms: 'm' },
      { 'transforms.m.type': ['Missing required configuration "transforms.m.type" which has no default value.'] },
    ],
    ['a predicate alias that is not there is found at start only', { ...mask, 'transforms.m.predicate': 'gone' }, {}],
  ]
  for (const [name, config, errors] of cases) it(name, () => assert.deepEqual(errorsOf(config), errors))
})
