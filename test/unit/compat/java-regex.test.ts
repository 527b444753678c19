import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isConnectError } from '../../../api/index.ts'
import { JavaPattern } from '../../../compat/java-regex.ts'

describe('JavaPattern.matches', () => {
  // Answers of a JVM.
  const cases: [string, string, boolean][] = [
    ['orders-.*', 'orders-eu', true],
    ['orders', 'orders-eu', false],
    ['a|ab', 'ab', true],
    ['a++b', 'aab', true],
    ['a*+a', 'aaa', false],
    ['(?>a|ab)c', 'abc', false],
    ['(a|b)*+c', 'abac', true],
    ['\\Qa.b\\E+', 'a.bb', true],
    ['\\Qa.b\\E', 'axb', false],
    ['[a-z&&[^bc]]+', 'ad', true],
    ['[a-z&&[^bc]]+', 'ab', false],
    ['[a-d[m-p]]+', 'dm', true],
    ['[^a&&b]', 'b', true],
    ['\\p{Alpha}+', 'aé', false],
    ['\\p{L}+', 'aé', true],
    ['\\p{IsLatin}+', 'éa', true],
    ['\\p{Punct}+', '&~^', true],
    ['\\P{Lu}+', 'aB', false],
    ['\\s', '\u00a0', false],
    ['\\h', '\u00a0', true],
    ['a(?i)b(?-i)c', 'aBc', true],
    ['a(?i)b(?-i)c', 'aBC', false],
    ['(?i:ab)c', 'ABc', true],
    ['(?i)[a-c]+', 'aBC', true],
    ['(?i)É', 'é', false],
    ['(?iu)É', 'é', true],
    ['(?x) a b # comment', 'ab', true],
    ['(?s)a.b', 'a\nb', true],
    ['a.b', 'a\u0085b', false],
    ['(?<n>a)\\k<n>', 'aa', true],
    ['(a)(b)\\2\\1', 'abba', true],
    ['\\x{1F600}', '😀', true],
    ['[😀-😂]', '😁', true],
    ['.', '😀', true],
    ['a{2,3}', 'aaaa', false],
    ['}', '}', true],
    ['[&]+', '&&', true],
    ['[\\w.-]+', 'a-b.c_d', true],
    ['\\0101\\u0041\\x41\\cA', 'AAA\u0001', true],
  ]
  for (const [pattern, text, expected] of cases) {
    it(`${pattern} on ${text}`, () => assert.equal(new JavaPattern(pattern).matches(text), expected))
  }
})

describe('JavaPattern refuses', () => {
  const cases: [string, RegExp][] = [
    ['(a', /Unclosed group near index/],
    ['a)', /Unmatched closing '\)' near index 0/],
    ['*a', /Dangling meta character '\*' near index 0/],
    ['a**', /Dangling meta character/],
    ['[a', /Unclosed character class near index/],
    ['[b-a]', /Illegal character range/],
    ['{', /Illegal repetition/],
    ['x{3,2}', /Illegal repetition range/],
    ['\\q', /Illegal\/unsupported escape sequence/],
    ['(?<n>a)(?<n>b)', /Named capturing group <n> is already defined/],
    ['\\k<n>', /named capturing group <n> does not exist/],
    ['\\p{Foo}', /Unsupported regular expression construct \\p\{Foo\}/],
    ['\\p{InGreek}', /Unsupported regular expression construct \\p\{InGreek\}/],
    ['\\G', /Unsupported regular expression construct \\G/],
    ['(?d)a', /Unsupported regular expression construct \(\?d\)/],
    ['(?i)(a)\\1', /Unsupported regular expression construct back reference under \(\?i\)/],
  ]
  for (const [pattern, message] of cases) {
    it(pattern, () =>
      assert.throws(
        () => new JavaPattern(pattern),
        (error) => isConnectError(error) && error.code === 'CONFIG_INVALID' && message.test(error.message),
      ),
    )
  }
})

describe('JavaPattern.replaceFirst', () => {
  const cases: [string, string, string, string][] = [
    ['(.*)-eu', 'orders-eu', '$1', 'orders'],
    ['(?<a>\\w+)-(?<b>\\w+)', 'x-y', '${b}.${a}', 'y.x'],
    ['b', 'abb', 'X', 'aXb'],
    ['(a)(b)?', 'a', '[$2]', '[]'],
    ['(a)', 'a', '$12', 'a2'],
    ['a', 'a', '\\$1\\\\', '$1\\'],
    ['a', 'a', '$0$0', 'aa'],
    ['a++(b)', 'aab', '$1', 'b'],
    ['x', 'a', '$1', 'a'],
  ]
  for (const [pattern, text, replacement, expected] of cases) {
    it(`${pattern} → ${replacement}`, () =>
      assert.equal(new JavaPattern(pattern).replaceFirst(text, replacement), expected))
  }

  for (const replacement of ['$1', '$', '${n}', '${n', 'a\\']) {
    it(`refuses ${replacement} when there is no such group`, () =>
      assert.throws(
        () => new JavaPattern('a').replaceFirst('a', replacement),
        (error) => isConnectError(error) && error.code === 'DATA_INVALID',
      ))
  }
})
