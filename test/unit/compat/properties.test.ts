import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseProperties } from '../../../compat/properties.ts'

describe('parseProperties', () => {
  const cases: [string, string, [string, string][]][] = [
    [
      'separators',
      'a=1\nb:2\nc 3\nd\t=\t4\n e',
      [
        ['a', '1'],
        ['b', '2'],
        ['c', '3'],
        ['d', '4'],
        ['e', ''],
      ],
    ],
    [
      'only one separator goes',
      'a==1\nb=:2',
      [
        ['a', '=1'],
        ['b', ':2'],
      ],
    ],
    ['comments', '# x\n  ! y\na=1 # no comment', [['a', '1 # no comment']]],
    [
      'trailing blanks stay',
      'a=1  \nb=\t2 ',
      [
        ['a', '1  '],
        ['b', '2 '],
      ],
    ],
    ['continuation drops leading blanks', 'a=1,\\\n   2,\\\r\n\t3', [['a', '1,2,3']]],
    [
      'an escaped backslash does not continue',
      'a=1\\\\\nb=2',
      [
        ['a', '1\\'],
        ['b', '2'],
      ],
    ],
    ['a comment is not continued', '# a \\\nb=1', [['b', '1']]],
    ['a continued line may look like a comment', 'a=1\\\n#2', [['a', '1#2']]],
    ['but not after a backslash alone', '\\\n#2\nb=1', [['b', '1']]],
    ['escapes', 'a\\ b\\=c=\\t\\n\\u00e9\\q\\:', [['a b=c', '\t\néq:']]],
    [
      'line ends',
      'a=1\rb=2\r\nc=3',
      [
        ['a', '1'],
        ['b', '2'],
        ['c', '3'],
      ],
    ],
    [
      'the last of duplicates wins',
      'a=1\nb=2\na=3',
      [
        ['a', '3'],
        ['b', '2'],
      ],
    ],
    ['a password with hash and bang', 'p=#!x', [['p', '#!x']]],
    ['the key __proto__', '__proto__=x', [['__proto__', 'x']]],
  ]
  for (const [name, text, expected] of cases) {
    it(name, () => assert.deepEqual([...parseProperties(text)], expected))
  }

  it('refuses a malformed Unicode escape', () => {
    assert.throws(() => parseProperties('a=\\u00g0'), /Malformed \\uxxxx encoding/)
  })
})
