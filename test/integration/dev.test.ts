import assert from 'node:assert/strict'
import { appendFileSync, cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { checkout, runSluice } from '../support/command.ts'
import { type DevProcess, launchDev, startDev } from '../support/dev.ts'
import { provingPluginPath, readJournal } from '../support/journal.ts'
import { Scratch } from '../support/scratch.ts'

/** The quickstart as it is in the checkout, in a folder of the test's own. */
function quickstart(scratch: Scratch): string {
  const folder = scratch.path('quickstart')
  const generated = /(\.sluice|delivered\.txt|broken\.txt)$/
  cpSync(join(checkout, 'config/quickstart'), folder, { recursive: true, filter: (path) => !generated.test(path) })
  return folder
}

const lines = (folder: string, file: string): string[] => {
  const path = join(folder, file)
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : []
}

const linesOf = (dev: DevProcess, folder: string, file: string, count: number): Promise<string[]> =>
  dev.until(`${count} lines in ${file}`, () => {
    const found = lines(folder, file)
    return found.length >= count ? found : undefined
  })

describe('sluice dev', () => {
  test('delivers the orders of the quickstart, sorts out the broken ones, and goes on at the next start', async () => {
    using scratch = new Scratch()
    const folder = quickstart(scratch)
    const orders = join(folder, 'orders.jsonl')
    {
      await using dev = await startDev(folder)
      const delivered = await linesOf(dev, folder, 'delivered.txt', 4)
      assert.equal(delivered[0], '{id=1, item=skis, price=249.5, card=****, shop=oslo}')
      const broken = await linesOf(dev, folder, 'broken.txt', 2)
      assert.deepEqual(broken, ['this line is not JSON', '{"id":5,"item":"gloves","price":'])
      await dev.until(
        'the counts',
        () => /broken-sink 2 · orders-sink 4 \(\+2 broken\) · orders-source 6/.test(dev.output) || undefined,
      )
    }
    appendFileSync(orders, '{"id":6,"item":"boots","price":180.0,"card":"4111"}\n')
    await using dev = await startDev(folder)
    const delivered = await linesOf(dev, folder, 'delivered.txt', 5)
    assert.equal(delivered.length, 5, 'nothing comes twice after a stop in good order')
    assert.equal(delivered[4], '{id=6, item=boots, price=180.0, card=****, shop=oslo}')
    assert.ok(!dev.output.includes('is deployed'), dev.output)
  })

  test('what is changed by REST stays over a start, and a file that is changed is deployed', async () => {
    using scratch = new Scratch()
    const folder = quickstart(scratch)
    {
      await using dev = await startDev(folder)
      const patch = { 'transforms.shop.static.value': 'bergen' }
      const { status } = await dev.rest.settled('PATCH', '/connectors/orders-sink/config', { body: patch })
      assert.equal(status, 200)
    }
    await using dev = await startDev(folder)
    const shopOf = async (): Promise<string> => {
      const { text } = await dev.rest.request('GET', '/connectors/orders-sink/config')
      return (JSON.parse(text) as Record<string, string>)['transforms.shop.static.value'] ?? ''
    }
    assert.equal(await shopOf(), 'bergen')
    const file = join(folder, 'orders-sink.json')
    writeFileSync(file, readFileSync(file, 'utf8').replace('"oslo"', '"tromsø"'))
    await dev.until('the file to be deployed', async () => ((await shopOf()) === 'tromsø' ? true : undefined))
    assert.match(dev.output, /^orders-sink\.json: orders-sink is deployed$/m)
  })

  test('a file that is wrong is named with the reason, and the others run', async () => {
    using scratch = new Scratch()
    const folder = quickstart(scratch)
    writeFileSync(join(folder, 'torn.json'), '{"name": "torn", ')
    writeFileSync(join(folder, 'package.json'), '{"private": true, "scripts": {"a": "b"}}')
    writeFileSync(join(folder, 'twice.json'), readFileSync(join(folder, 'orders-sink.json')))
    writeFileSync(join(folder, 'unknown.json'), '{"connector.class": "NoSuchConnector"}')
    await using dev = await startDev(folder)
    await linesOf(dev, folder, 'delivered.txt', 4)
    assert.match(dev.output, /^torn\.json: .*is not valid JSON/m)
    assert.match(dev.output, /^package\.json: it has no connector\.class and is left alone$/m)
    assert.match(dev.output, /^twice\.json is not deployed: orders-sink\.json names the connector orders-sink as well/m)
    assert.match(dev.output, /^unknown\.json is not deployed: .*NoSuchConnector/m)
  })

  test('a port that was asked for and is taken is named, and nobody is asked who listens there', async () => {
    using scratch = new Scratch()
    const requests: string[] = []
    const stranger = createServer((request, response) => {
      requests.push(request.url ?? '')
      response.end('[]')
    }).listen(0, '127.0.0.1')
    await once(stranger, 'listening')
    const { port } = stranger.address() as AddressInfo
    const args = ['dev', '--kafka-port', '0', '--port', String(port), quickstart(scratch)]
    const { code, stderr } = await runSluice(args)
    stranger.close()
    assert.equal(code, 2)
    assert.match(stderr, new RegExp(`${port}`))
    assert.deepEqual(requests, [])
  })

  test('a port for REST beside listeners is refused: only one of them could be meant', async () => {
    using scratch = new Scratch()
    const folder = quickstart(scratch)
    writeFileSync(join(folder, 'worker.properties'), 'listeners=http://127.0.0.1:0')
    const { code, stderr } = await runSluice(['dev', '--kafka-port', '0', '--port', '8099', folder])
    assert.equal(code, 2)
    assert.match(stderr, /Port 8099 and listeners both say where REST listens/)
  })

  test('a folder that another one runs in is refused, whatever its port', async () => {
    using scratch = new Scratch()
    const folder = quickstart(scratch)
    await using dev = await startDev(folder)
    const { code, stderr } = await runSluice(['dev', '--kafka-port', '0', '--port', '0', folder])
    assert.equal(code, 2)
    assert.match(stderr, new RegExp(`in use by the process ${dev.process.pid}`))
  })

  test('ends in good order on a signal, and says so', async () => {
    using scratch = new Scratch()
    await using dev = await startDev(quickstart(scratch))
    dev.process.signal('SIGINT')
    await dev.until('its end', () => dev.process.exited || undefined)
    assert.match(dev.output, /^Stopping; Ctrl-C again ends it at once\.$/m)
  })

  test('hears a signal while a plugin takes its time over a config', async () => {
    using scratch = new Scratch()
    const [folder, journal] = [quickstart(scratch), scratch.path('journal')]
    writeFileSync(join(folder, 'worker.properties'), `plugin.path=${provingPluginPath}\n`)
    const config = { 'connector.class': 'ProvingSource', topic: 'p', journal, 'hang.in': 'validate' }
    writeFileSync(join(folder, 'a-hangs.json'), JSON.stringify({ name: 'hangs', config }))
    await using dev = await launchDev(folder)
    await dev.until('the plugin to hang', () => readJournal(journal).length > 0 || undefined)
    dev.process.signal('SIGINT')
    await dev.until('its end', () => dev.process.exited || undefined)
    assert.match(dev.output, /^Stopping; Ctrl-C again ends it at once\.$/m)
  })

  test('kills at any moment lose nothing', async () => {
    using scratch = new Scratch()
    const folder = quickstart(scratch)
    const ids = new Set<string>()
    for (let kill = 0; kill < 3; kill++) {
      await using dev = await startDev(folder)
      const before = lines(folder, 'delivered.txt').length
      const next = Array.from({ length: 500 }, (_, index) => `k${kill}-${index}`)
      for (const id of next) ids.add(id)
      appendFileSync(join(folder, 'orders.jsonl'), next.map((id) => `{"id":"${id}"}\n`).join(''))
      await linesOf(dev, folder, 'delivered.txt', before + 1)
      await dev.process.kill()
    }
    await using dev = await startDev(folder)
    await dev.until('every order', () => {
      const found = new Set(lines(folder, 'delivered.txt').map((line) => /^\{id=(k[^,]+),/.exec(line)?.[1] ?? ''))
      return [...ids].every((id) => found.has(id)) || undefined
    })
  })
})
