import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LiveLine, type Screen } from '../../../../../runtime/cli/dev/live-line.ts'

class FakeScreen implements Screen {
  text = ''
  readonly isTTY: boolean
  readonly columns = 20

  constructor(isTTY: boolean) {
    this.isTTY = isTTY
  }

  write(text: string): void {
    this.text += text
  }
}

const clear = '\r\u001b[2K'

test('on a terminal the counts change in place, below the lines that stay', () => {
  const screen = new FakeScreen(true)
  const line = new LiveLine(screen, () => 0)
  line.show('1 read')
  line.show('1 read')
  line.show('2 read')
  line.print('a failed')
  line.end()
  assert.equal(screen.text, `${clear}1 read${clear}2 read${clear}a failed\n2 read\n`)
})

test('a line that would wrap is cut, since it could not be cleared', () => {
  const screen = new FakeScreen(true)
  new LiveLine(screen, () => 0).show('0123456789012345678901234567890')
  assert.equal(screen.text, `${clear}012345678901234567…`)
})

test('elsewhere it is a plain line now and then, when something has changed', () => {
  let nowMs = 0
  const screen = new FakeScreen(false)
  const line = new LiveLine(screen, () => nowMs)
  line.show('1 read')
  line.show('2 read')
  line.print('a failed')
  nowMs = 2000
  line.show('2 read')
  nowMs = 4000
  line.show('2 read')
  line.end()
  assert.equal(screen.text, '1 read\na failed\n2 read\n')
})
