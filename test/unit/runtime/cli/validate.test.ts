import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { runSluice } from '../../../support/command.ts'
import { Scratch } from '../../../support/scratch.ts'

const scratch = new Scratch()
after(() => scratch[Symbol.dispose]())

function file(name: string, content: unknown): string {
  writeFileSync(scratch.path(name), typeof content === 'string' ? content : JSON.stringify(content))
  return scratch.path(name)
}
const sink = { 'connector.class': 'FileStreamSink', topics: 'orders', file: '/tmp/orders.txt' }

const regexRouter = 'org.apache.kafka.connect.transforms.RegexRouter'

test('valid files, in each form: exit code 0', async () => {
  const files = [
    'config/quickstart/orders-sink.json',
    file('nested.json', { name: 'nested', config: sink }),
    file('flat.json', { name: 'flat', ...sink }),
    file('nameless.json', sink),
    file('lines.properties', 'name=lines\nconnector.class=FileStreamSource\ntopic=lines\n'),
  ]
  const { code, stdout, stderr } = await runSluice(['validate', ...files])
  assert.equal(stdout, files.map((path) => `${path}: ok\n`).join(''))
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
})

test('a line for each fault, with file and property: exit code 1', async () => {
  const faulty = {
    [file('two.json', { ...sink, 'tasks.max': 'x', 'errors.tolerance': 'most' })]: [
      /^tasks\.max: Invalid value x for configuration tasks\.max: Not a number of type INT/,
      /^tasks\.max: Invalid value null for configuration tasks\.max: Value must be non-null/, // as the original has it
      /^errors\.tolerance: Invalid value most for configuration errors\.tolerance/,
    ],
    [file('classless.json', { topics: 'a' })]: [/^connector\.class: Missing required configuration/],
    [file('foreign.json', { ...sink, 'connector.class': 'com.acme.Nothing' })]: [
      /^connector\.class: Failed to find any class that implements Connector and which name matches com\.acme\.Nothing$/,
    ],
    [file('predicate.json', {
      ...sink,
      transforms: 'r',
      'transforms.r.type': regexRouter,
      'transforms.r.regex': 'a',
      'transforms.r.replacement': 'b',
      'transforms.r.predicate': 'nope',
    })]: [/predicates\.nope\.type/],
    [file('broken.json', '{"name":')]: [/is not valid JSON: .*Mend the JSON text\.$/],
    [scratch.path('absent.json')]: [/cannot be read: ENOENT/],
  }
  const { code, stdout } = await runSluice(['validate', ...Object.keys(faulty)])
  assert.equal(code, 1)
  const lines = stdout.trimEnd().split('\n')
  for (const [path, faults] of Object.entries(faulty)) {
    const said = lines.filter((line) => line.startsWith(`${path}: `)).map((line) => line.slice(path.length + 2))
    assert.equal(said.length, faults.length, stdout)
    for (const fault of faults)
      assert.ok(
        said.some((line) => fault.test(line)),
        `${fault} in\n${stdout}`,
      )
  }
})
