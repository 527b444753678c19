import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { isConnectError } from '../../../api/index.ts'
import { simpleDateFormat } from '../../../compat/simple-date-format.ts'

const FIXTURE = new URL('../../../../test/fixtures/transforms/dates.jsonl', import.meta.url)
const NOW_MS = Date.UTC(2026, 0, 15)

type Row = readonly ['format', string, number, string] | readonly ['parse', string, string, number | null]

describe('SimpleDateFormat', () => {
  const [head = '', ...lines] = readFileSync(FIXTURE, 'utf8').trimEnd().split('\n')
  const { nowMs } = JSON.parse(head) as { nowMs: number }
  const rows = lines.map((line) => JSON.parse(line) as Row)

  it('answers as the genuine one, 2200 times', () => {
    assert.equal(rows.length, 2200)
    for (const row of rows) {
      const format = simpleDateFormat(row[1], nowMs)
      const got = row[0] === 'format' ? format.format(row[2]) : format.parse(row[2])
      assert.equal(got, row[3], JSON.stringify(row))
    }
  })

  it('puts two-digit years within 80 years before and 20 years after', () => {
    const format = simpleDateFormat('yy-MM-dd', NOW_MS)
    const year = (text: string): number => new Date(format.parse(text) ?? Number.NaN).getUTCFullYear()
    assert.deepEqual(
      ['46-01-14', '46-01-15', '45-12-31', '99-01-01', '00-01-01'].map(year),
      [2046, 1946, 2045, 1999, 2000],
    )
    assert.equal(new Date(format.parse('2046-01-01') ?? 0).getUTCFullYear(), 2046)
    assert.equal(new Date(format.parse('7-06-01') ?? 0).getUTCFullYear(), 7)
  })

  it('refuses what no Date holds', () => {
    const format = simpleDateFormat('yyyy-MM-dd', NOW_MS)
    assert.equal(format.parse('275760-09-13'), 8_640_000_000_000_000)
    assert.equal(format.parse('275760-09-14'), null)
    assert.equal(format.parse(`${'9'.repeat(400)}-01-01`), null)
  })

  it('refuses a wrong pattern and names what is wrong', () => {
    const cases: readonly (readonly [string, string])[] = [
      ['yyyy-MM-ddThh', "Illegal pattern character 'T'"],
      ['YYYY-mm-ii', "Illegal pattern character 'i'"],
      ["yyyy 'at", 'Unterminated quote'],
      ['XXXX', 'invalid ISO 8601 format: length=4'],
    ]
    for (const [pattern, message] of cases) {
      assert.throws(
        () => simpleDateFormat(pattern, NOW_MS),
        (error: unknown) => isConnectError(error) && error.code === 'CONFIG_INVALID' && error.message === message,
      )
    }
  })

  it('knows what part of an instant its texts depend on', () => {
    const units = ['yyyyMMdd', 'yyyy a', 'HH', 'yyyy-MM-dd hh:mm', 'ss', "yyyy'S'", 'SSS'].map(
      (pattern) => simpleDateFormat(pattern, NOW_MS).unitMs,
    )
    assert.deepEqual(units, [86_400_000, 43_200_000, 3_600_000, 60_000, 1000, 86_400_000, 1])
  })
})
