import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseJaas, parseJaasModules } from '../../../compat/jaas.ts'

const PLAIN = 'org.apache.kafka.common.security.plain.PlainLoginModule'

describe('sasl.jaas.config', () => {
  const cases: [string, string, Record<string, string>][] = [
    ['the usual form', `${PLAIN} required username="u" password="p";`, { username: 'u', password: 'p' }],
    ['over several lines', `${PLAIN} required\n  username="u"\n  password="p";\n`, { username: 'u', password: 'p' }],
    [
      'single quotes and bare words',
      `${PLAIN} Required username='u' password=p-1_2.3/x;`,
      { username: 'u', password: 'p-1_2.3/x' },
    ],
    ['spaces around signs', `${PLAIN} required username = "u" ;`, { username: 'u' }],
    [
      'signs inside quotes',
      `${PLAIN} required password="a=b;c \\"d\\" \\\\ # // e";`,
      { password: 'a=b;c "d" \\ # // e' },
    ],
    ['escapes', `${PLAIN} required password="t\\tn\\101";`, { password: 't\tnA' }],
    ['comments', `# one\n${PLAIN} /* two */ required // three\n username="u";`, { username: 'u' }],
    ['an empty value', `${PLAIN} required password="";`, { password: '' }],
    ['no options', `${PLAIN} required;`, {}],
  ]
  for (const [name, text, options] of cases) {
    test(name, () => {
      const module = parseJaas(text)
      assert.equal(module.className, PLAIN)
      assert.equal(module.controlFlag, 'required')
      assert.deepEqual(Object.fromEntries(module.options), options)
    })
  }

  const faults: [string, RegExp][] = [
    ['', /Login module not specified/],
    [PLAIN, /Login module control flag not specified/],
    [`${PLAIN} always;`, /Invalid login module control flag 'always'/],
    [`${PLAIN} required`, /End of entry not specified/],
    [`${PLAIN} required username;`, /Value not specified for key 'username'/],
    [`${PLAIN} required username=;`, /Value not specified for key 'username'/],
    [`${PLAIN} required username="u" password="secret`, /cannot be read at character \d+/],
    [`${PLAIN} required; ${PLAIN} required;`, /contains 2 login modules/],
  ]
  for (const [text, message] of faults) {
    test(`refuses ${JSON.stringify(text.replace(PLAIN, '…'))}`, () => {
      assert.throws(
        () => parseJaas(text),
        (error: Error) => {
          assert.match(error.message, message)
          assert.doesNotMatch(error.message, /secret/)
          return true
        },
      )
    })
  }

  test('files with several modules can be read too', () => {
    assert.deepEqual(
      parseJaasModules('a.B required; c.D optional x=1;').map((m) => m.className),
      ['a.B', 'c.D'],
    )
  })
})
