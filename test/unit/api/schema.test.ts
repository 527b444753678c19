import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isSchema, type Schema, SchemaBuilder, STRING_SCHEMA } from '../../../api/index.ts'

const base = (): SchemaBuilder => SchemaBuilder.struct().name('n').version(1).doc('d').parameter('p', 'v')

describe('schema equality', () => {
  const same = base().field('a', STRING_SCHEMA).build()

  it('is deep', () => {
    assert.ok(same.equals(base().field('a', SchemaBuilder.string().build()).build()))
  })

  const different: [string, Schema][] = [
    ['optional', base().optional().field('a', STRING_SCHEMA).build()],
    [
      'name',
      SchemaBuilder.struct().name('m').version(1).doc('d').parameter('p', 'v').field('a', STRING_SCHEMA).build(),
    ],
    [
      'version',
      SchemaBuilder.struct().name('n').version(2).doc('d').parameter('p', 'v').field('a', STRING_SCHEMA).build(),
    ],
    ['doc', SchemaBuilder.struct().name('n').version(1).parameter('p', 'v').field('a', STRING_SCHEMA).build()],
    ['parameter', base().parameter('q', 'v').field('a', STRING_SCHEMA).build()],
    ['field name', base().field('b', STRING_SCHEMA).build()],
    ['field schema', base().field('a', SchemaBuilder.string().doc('x').build()).build()],
    ['field count', base().field('a', STRING_SCHEMA).field('b', STRING_SCHEMA).build()],
  ]
  for (const [what, schema] of different) it(`sees another ${what}`, () => assert.ok(!same.equals(schema)))

  it('sees another default, field order, element schema', () => {
    const withDefault = (value: string): Schema => SchemaBuilder.string().defaultValue(value).build()
    assert.ok(withDefault('a').equals(withDefault('a')) && !withDefault('a').equals(withDefault('b')))
    const order = (...names: string[]): Schema =>
      names.reduce((builder, name) => builder.field(name, STRING_SCHEMA), SchemaBuilder.struct()).build()
    assert.ok(!order('a', 'b').equals(order('b', 'a')))
    assert.ok(
      !SchemaBuilder.array(STRING_SCHEMA)
        .build()
        .equals(SchemaBuilder.array(withDefault('x')).build()),
    )
  })

  it('recognises a schema of another copy of the API by its brand', () => {
    assert.ok(isSchema({ [Symbol.for('sluice.Schema')]: true }))
    assert.ok(!isSchema({ type: 'STRING' }))
  })
})

describe('SchemaBuilder', () => {
  it('sets an attribute once', () => {
    assert.throws(() => SchemaBuilder.string().name('a').name('b'), /name has already been set/)
    assert.throws(() => SchemaBuilder.string().optional().required(), /optional has already been set/)
  })

  it('checks the default against the type', () => {
    assert.throws(() => SchemaBuilder.int32().defaultValue('x'), /Invalid default value/)
    assert.throws(() => SchemaBuilder.int32().defaultValue(null), /Invalid default value/)
  })

  it('refuses a field twice, and fields of anything but a struct', () => {
    assert.throws(() => SchemaBuilder.struct().field('a', STRING_SCHEMA).field('a', STRING_SCHEMA), /duplication a/)
    assert.throws(() => SchemaBuilder.string().field('a', STRING_SCHEMA), /Cannot create fields on type STRING/)
  })
})
