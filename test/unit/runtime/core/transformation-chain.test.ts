import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  type Awaitable,
  type ConnectRecord,
  defineConfig,
  isConnectError,
  type PluginDescriptor,
  type PredicateDescriptor,
  type Props,
  SourceRecord,
  type TransformationDescriptor,
} from '../../../../api/index.ts'
import {
  createTransformationChain,
  type FindPlugin,
  StageFailure,
} from '../../../../runtime/core/transformation-chain.ts'

const record = (value: unknown): SourceRecord =>
  new SourceRecord({ topic: 't', value, sourcePartition: null, sourceOffset: null })

type Apply = (record: ConnectRecord, props: Props) => Awaitable<ConnectRecord | null>

function transformation(className: string, apply: Apply, close?: () => void): TransformationDescriptor {
  return {
    kind: 'transformation',
    className,
    version: '1',
    config: defineConfig({}),
    create: (props) => ({
      apply: <R extends ConnectRecord>(each: R) => apply(each, props) as Awaitable<R | null>,
      ...(close === undefined ? {} : { close }),
    }),
  }
}

let predicates = 0
const isShort: PredicateDescriptor = {
  kind: 'predicate',
  className: 'IsShort',
  version: '1',
  config: defineConfig({}),
  create(props) {
    predicates++
    return {
      test: ({ value }) => {
        if (value === 'boom') throw new Error('predicate failed')
        const answer = String(value).length < Number(props['length'])
        return props['later'] === 'true' ? Promise.resolve(answer) : answer
      },
    }
  },
}

const append = transformation('Append', (each, props) =>
  each.with({ value: `${String(each.value)}${props['suffix'] ?? ''}` }),
)
const later = transformation('Later', async (each) => each.with({ value: `${String(each.value)}~` }))
const drop = transformation('Drop', () => null)
const fail = transformation('Fail', () => {
  throw new Error('broken')
})
const failLater = transformation('FailLater', () => Promise.reject(new Error('broken later')))
const nested = [transformation('Outer$Key', (each) => each), transformation('Outer$Value', (each) => each)]
const plugins: readonly PluginDescriptor[] = [append, later, drop, fail, failLater, isShort, ...nested]
const findPlugin: FindPlugin = (name, kind) =>
  plugins.find((each) => each.kind === kind && each.className === name) ?? null

const chain = (config: Props): ReturnType<typeof createTransformationChain> =>
  createTransformationChain(config, findPlugin)
const appendTwice = {
  transforms: 'a, b',
  'transforms.a.type': 'Append',
  'transforms.a.suffix': '1',
  'transforms.b.type': 'Append',
  'transforms.b.suffix': '2',
}

describe('the chain', () => {
  it('applies in order, synchronously', () => {
    const result = chain(appendTwice).apply(record('x'))
    assert.ok(result instanceof SourceRecord)
    assert.equal(result.value, 'x12')
  })

  it('without transforms gives the very record', () => {
    const one = record('x')
    assert.equal(chain({}).apply(one), one)
  })

  it('ends where a record is dropped', () => {
    const config = { transforms: 'd,f', 'transforms.d.type': 'Drop', 'transforms.f.type': 'Fail' }
    assert.equal(chain(config).apply(record('x')), null)
  })

  it('turns asynchronous at the first promise and keeps the order', async () => {
    const config = { ...appendTwice, transforms: 'a,l,b', 'transforms.l.type': 'Later' }
    const result = chain(config).apply(record('x'))
    assert.ok(result instanceof Promise)
    assert.equal((await result)?.value, 'x1~2')
  })

  const predicate = {
    ...appendTwice,
    transforms: 'a',
    'transforms.a.predicate': 'p',
    predicates: 'p',
    'predicates.p.type': 'IsShort',
    'predicates.p.length': '3',
  }
  const cases: [string, Props, string, string][] = [
    ['holds', predicate, 'x', 'x1'],
    ['does not hold', predicate, 'xxxx', 'xxxx'],
    ['holds, negated', { ...predicate, 'transforms.a.negate': 'TRUE' }, 'x', 'x'],
    ['does not hold, negated', { ...predicate, 'transforms.a.negate': 'true' }, 'xxxx', 'xxxx1'],
    ['holds later', { ...predicate, 'predicates.p.later': 'true' }, 'x', 'x1'],
    ['does not hold, later', { ...predicate, 'predicates.p.later': 'true' }, 'xxxx', 'xxxx'],
  ]
  for (const [name, config, value, expected] of cases) {
    it(`where the predicate ${name}`, async () =>
      assert.equal((await chain(config).apply(record(value)))?.value, expected))
  }

  it('gives each stage a predicate of its own', () => {
    predicates = 0
    chain({ ...predicate, ...appendTwice, 'transforms.a.predicate': 'p', 'transforms.b.predicate': 'p' })
    assert.equal(predicates, 2)
  })

  it('hides its own keys from the transformation', () => {
    const seen: Props[] = []
    const spy = transformation('Spy', (each, props) => {
      seen.push(props)
      return each
    })
    const config = {
      ...predicate,
      'transforms.a.type': 'Spy',
      'transforms.a.negate': 'false',
      'transforms.a.plugin.version': '1',
    }
    void createTransformationChain(config, (name, kind) => (name === 'Spy' ? spy : findPlugin(name, kind))).apply(
      record('x'),
    )
    assert.deepEqual(seen, [{ suffix: '1' }])
  })

  it('closes everything, and tells what failed', async () => {
    const closed: string[] = []
    const closing = (name: string, broken: boolean): TransformationDescriptor =>
      transformation(
        name,
        (each) => each,
        () => {
          closed.push(name)
          if (broken) throw new Error(name)
        },
      )
    const all = [closing('A', true), closing('B', false)]
    const built = createTransformationChain(
      { transforms: 'a,b', 'transforms.a.type': 'A', 'transforms.b.type': 'B' },
      (name) => all.find((each) => each.className === name) ?? null,
    )
    await assert.rejects(built.close(), AggregateError)
    assert.deepEqual(closed, ['A', 'B'])
  })
})

describe('a failing stage', () => {
  const configOf = (type: string): Props => ({ ...appendTwice, transforms: 'a,f,b', 'transforms.f.type': type })

  it('is named, with the record as it got there, and can be tried again', async () => {
    const built = chain(configOf('Fail'))
    assert.throws(
      () => built.apply(record('x')),
      (error) => {
        assert.ok(error instanceof StageFailure)
        assert.deepEqual(
          [error.stage.className, error.stage.alias, error.index, error.record.value],
          ['Fail', 'f', 1, 'x1'],
        )
        assert.equal((error.cause as Error).message, 'broken')
        return true
      },
    )
    assert.equal((await built.applyFrom(2, record('x1')))?.value, 'x12')
  })

  it('is named when its promise rejects', async () => {
    await assert.rejects(
      async () => chain(configOf('FailLater')).apply(record('x')),
      (error) => error instanceof StageFailure && error.stage.className === 'FailLater' && error.index === 1,
    )
  })

  it('is named when it comes after a promise', async () => {
    const config = { transforms: 'l,f', 'transforms.l.type': 'Later', 'transforms.f.type': 'Fail' }
    await assert.rejects(
      async () => chain(config).apply(record('x')),
      (error) => error instanceof StageFailure && error.index === 1 && error.record.value === 'x~',
    )
  })

  it('is the transformation where the predicate fails', () => {
    const config = {
      transforms: 'a',
      'transforms.a.type': 'Append',
      'transforms.a.predicate': 'p',
      'predicates.p.type': 'IsShort',
    }
    assert.throws(
      () => chain(config).apply(record('boom')),
      (error) => error instanceof StageFailure && error.stage.className === 'Append',
    )
  })
})

describe('a configuration that cannot work', () => {
  const cases: [string, Props, string][] = [
    ['no type', { transforms: 'a' }, 'Missing required configuration "transforms.a.type" which has no default value.'],
    [
      'an unknown class',
      { transforms: 'a', 'transforms.a.type': 'x.Y' },
      'Invalid value x.Y for configuration transforms.a.type: Class x.Y could not be found.',
    ],
    [
      'an outer class',
      { transforms: 'a', 'transforms.a.type': 'Outer' },
      'This class is abstract and cannot be created. Did you mean Outer$Key, Outer$Value?',
    ],
    [
      'a predicate for a transformation',
      { transforms: 'a', 'transforms.a.type': 'IsShort' },
      'Class class IsShort does not implement the Transformation interface',
    ],
    [
      'a predicate alias that is not there',
      { transforms: 'a', 'transforms.a.type': 'Append', 'transforms.a.predicate': 'p' },
      'Missing required configuration "predicates.p.type" which has no default value.',
    ],
  ]
  for (const [name, config, message] of cases) {
    it(name, () =>
      assert.throws(
        () => chain(config),
        (error) => isConnectError(error) && error.code === 'CONFIG_INVALID' && error.message === message,
      ),
    )
  }
})
