import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  atLeast,
  type ConfigOf,
  type ConfigType,
  defineConfig,
  isConnectError,
  nonEmptyStringWithoutControlChars,
  oneOf,
  Password,
  parseConfigValue,
  validList,
} from '../../../api/index.ts'

const low = { importance: 'LOW', doc: '' } as const

const def = defineConfig({
  name: { type: 'STRING', ...low },
  'tasks.max': { type: 'INT', default: 1, validator: atLeast(1), ...low },
  'retry.ms': { type: 'LONG', default: 0, ...low },
  topics: { type: 'LIST', default: [], validator: validList(), ...low },
  password: { type: 'PASSWORD', default: null, ...low },
  mode: { type: 'STRING', default: 'a', validator: oneOf('a', 'b'), ...low },
})

// Compiles only while the parsed types are inferred.
const typed = (parsed: ConfigOf<typeof def>): [string, number, number | bigint, readonly string[], Password | null] => [
  parsed.name,
  parsed['tasks.max'],
  parsed['retry.ms'],
  parsed.topics,
  parsed.password,
]

describe('ConfigDef.parse', () => {
  it('gives typed values, defaults where keys are absent', () => {
    const parsed = def.parse({
      name: ' n ',
      'tasks.max': ' 3',
      'retry.ms': '9007199254740993',
      topics: 'a , b',
      unknown: 'x',
    })
    assert.deepEqual(typed(parsed), ['n', 3, 9007199254740993n, ['a', 'b'], null])
    assert.equal(parsed.mode, 'a')
    assert.ok(!('unknown' in parsed))
  })

  const faults: [string, Record<string, string | null>, string][] = [
    ['a missing key', {}, 'Missing required configuration "name" which has no default value.'],
    [
      'a wrong number',
      { name: 'n', 'tasks.max': 'x' },
      'Invalid value x for configuration tasks.max: Not a number of type INT',
    ],
    [
      'a number below',
      { name: 'n', 'tasks.max': '0' },
      'Invalid value 0 for configuration tasks.max: Value must be at least 1',
    ],
    [
      'null',
      { name: 'n', 'tasks.max': null },
      'Invalid value null for configuration tasks.max: Value must be non-null',
    ],
    ['a wrong word', { name: 'n', mode: 'A' }, 'Invalid value A for configuration mode: String must be one of: a, b'],
    ['an empty element', { name: 'n', topics: 'a,,b' }, "Configuration 'topics' values must not be empty."],
  ]
  for (const [what, props, message] of faults) {
    it(`throws for ${what}`, () =>
      assert.throws(
        () => def.parse(props),
        (error) => isConnectError(error) && error.code === 'CONFIG_INVALID' && error.message === message,
      ))
  }

  it('drops duplicates of a list with a warning', () => {
    const warnings: string[] = []
    const { topics } = def.parse({ name: 'n', topics: 'a,b,a' }, { warn: (message) => warnings.push(message) })
    assert.deepEqual(topics, ['a', 'b'])
    assert.match(String(warnings[0]), /contains duplicate values.*\[a, b, a\].*\[a, b\]/)
  })

  it('refuses dependents that are not defined, and a default that is invalid', () => {
    const broken = defineConfig({ a: { type: 'STRING', default: '', dependents: ['b'], ...low } })
    assert.throws(() => broken.parse({}), /referred in the dependents, but not defined: b/)
    assert.throws(() => defineConfig({ a: { type: 'INT', default: 0, validator: atLeast(1), ...low } }), /at least 1/)
  })
})

describe('ConfigDef.validate', () => {
  const errorsOf = (props: Record<string, string>): Record<string, readonly string[]> =>
    Object.fromEntries(
      def
        .validate(props)
        .filter((value) => value.errors.length > 0)
        .map((value) => [value.name, value.errors]),
    )

  it('collects every problem; the validator also sees what did not parse, as null', () => {
    assert.deepEqual(errorsOf({ 'tasks.max': 'x', topics: 't1,t1', mode: 'c' }), {
      name: ['Missing required configuration "name" which has no default value.'],
      'tasks.max': [
        'Invalid value x for configuration tasks.max: Not a number of type INT',
        'Invalid value null for configuration tasks.max: Value must be non-null',
      ],
      topics: ["Configuration 'topics' values must not be duplicated."],
      mode: ['Invalid value c for configuration mode: String must be one of: a, b'],
    })
  })

  it('visits dependents after their parents and asks recommenders', () => {
    const forms = defineConfig({
      child: {
        type: 'STRING',
        default: '',
        recommender: {
          validValues: (_name, parsed) => [parsed.get('parent')],
          visible: (_name, parsed) => parsed.get('parent') === 'on',
        },
        ...low,
      },
      parent: { type: 'STRING', default: 'off', dependents: ['child', 'gone'], ...low },
    })
    const values = new Map(forms.validate({ parent: 'on' }).map((value) => [value.name, value]))
    assert.deepEqual(values.get('child')?.recommendedValues, ['on'])
    assert.equal(values.get('child')?.visible, true)
    assert.deepEqual(values.get('gone')?.errors, ['gone is referred in the dependents, but not defined.'])
    assert.equal(values.get('gone')?.visible, false)
  })
})

describe('parseConfigValue', () => {
  const accepted: [ConfigType, unknown, unknown][] = [
    ['BOOLEAN', ' TRUE ', true],
    ['BOOLEAN', false, false],
    ['INT', '+5', 5],
    ['INT', '-2147483648', -2147483648],
    ['SHORT', '-32768', -32768],
    ['LONG', '-9223372036854775808', -9223372036854775808n],
    ['DOUBLE', '1e3', 1000],
    ['DOUBLE', '.5d', 0.5],
    ['LIST', '', []],
    ['LIST', ' a ,b,', ['a', 'b', '']],
    ['CLASS', ' a.B ', 'a.B'],
  ]
  for (const [type, raw, expected] of accepted) {
    it(`${type} ${String(raw)}`, () => assert.deepEqual(parseConfigValue('k', raw, type), expected))
  }

  const refused: [ConfigType, unknown, RegExp][] = [
    ['BOOLEAN', '1', /Expected value to be either true or false/],
    ['INT', '2147483648', /Not a number of type INT/],
    ['INT', '1e3', /Not a number of type INT/],
    ['INT', '1_000', /Not a number/],
    ['SHORT', '32768', /Not a number of type SHORT/],
    ['LONG', '9223372036854775808', /Not a number of type LONG/],
    ['STRING', 5, /Expected value to be a string, but it was a java.lang.Long/],
    ['LIST', 5, /Expected a comma separated list\./],
  ]
  for (const [type, raw, message] of refused) {
    it(`refuses ${type} ${String(raw)}`, () => assert.throws(() => parseConfigValue('k', raw, type), message))
  }

  it('knows classes by the look-up it is given', () => {
    assert.throws(
      () => parseConfigValue('k', 'x.Y', 'CLASS', { hasClass: () => false }),
      /Class x.Y could not be found\./,
    )
  })

  it('hides passwords wherever they print', () => {
    const secret = parseConfigValue('k', ' s3cret ', 'PASSWORD')
    assert.ok(secret instanceof Password)
    assert.equal(secret.reveal(), 's3cret')
    assert.equal(`${secret.toString()} ${JSON.stringify({ secret })}`, '[hidden] {"secret":"[hidden]"}')
  })
})

describe('validators', () => {
  it('name control characters', () => {
    assert.throws(
      () => nonEmptyStringWithoutControlChars().ensureValid('name', 'a\tb\u0085'),
      /may not contain control sequences but had the following ASCII chars: 9, 133/,
    )
  })
})
