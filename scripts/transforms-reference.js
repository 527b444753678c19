#!/usr/bin/env node
// Writes docs/transforms.md: npm run docs. With --check it fails when the page is stale. What a class does and the
// examples stand in transforms/*/reference.json, its properties come from its definition, and each example is run.
// Needs the compiled code (npm run build).
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import converters from '../dist/converters/index.js'
import { parseWithTexts, toJsonText } from '../dist/runtime/cli/number-text.js'
import { RecordLines } from '../dist/runtime/cli/record-lines.js'
import { createTransformationChain } from '../dist/runtime/core/transformation-chain.js'
import transforms from '../dist/transforms/index.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const page = join(root, 'docs/transforms.md')
const json = converters.plugins.find((plugin) => plugin.className.endsWith('.JsonConverter'))
const lines = new RecordLines(json.create({ 'schemas.enable': 'true' }, 'value'), { topic: 'topic', valuesOnly: false })

const text = await pageText()
if (!process.argv.includes('--check')) writeFileSync(page, text)
else if (!existsSync(page) || readFileSync(page, 'utf8') !== text) {
  console.error('docs/transforms.md is stale: npm run build && npm run docs')
  process.exitCode = 1
}

async function pageText() {
  const transformations = await sections('transformation')
  const predicates = await sections('predicate')
  return [
    '# Transformations and predicates\n',
    'Made by `npm run docs` from the definitions and from examples that were run; change those, not this page.\n',
    'All of Apache Kafka Connect 4.3.1 and some of Debezium 3.6.1, under their own class names. Those with `$Key` and `$Value` work on the key or on',
    'the value of a record. In a connector they stand as `transforms.<alias>.<property>`, beside `type` and, for a condition,',
    '`predicate` and `negate`. `sluice transform CONNECTOR.json < records.jsonl` tries a configuration on records without Kafka.\n',
    'Examples show data with a schema as `{"schema":…,"payload":…}`, as JsonConverter writes it, and data without one as it is;',
    'a record that is dropped as `null`. What differs from the originals stands in [differences.md](differences.md#transforms).',
    'Beside them there is `sluice.Script`, a transform in JavaScript: [transforms/script](../transforms/script/README.md).\n',
    '## Transformations\n',
    ...transformations,
    '## Predicates\n',
    ...predicates,
  ]
    .join('\n')
    .trimEnd()
    .concat('\n')
}

/** One for each class, its $Key and $Value together, in the order of the names. */
async function sections(kind) {
  const byName = new Map()
  for (const plugin of transforms.plugins.filter((each) => each.kind === kind)) {
    const name = plugin.className.split('.').at(-1).split('$')[0]
    byName.set(name, [...(byName.get(name) ?? []), plugin])
  }
  const names = [...byName.keys()].sort()
  return await Promise.all(names.map((name) => section(name, byName.get(name))))
}

async function section(name, plugins) {
  const { summary, examples } = reference(name, plugins[0].className)
  const classes = plugins.map((plugin) => `\`${plugin.className}\``).join(', ')
  const parts = [`### ${name}\n`, `${classes}\n`, `${summary}\n`, propertyTable(plugins[0].config)]
  for (const example of examples) parts.push(await exampleText(name, example))
  return parts.join('\n')
}

/** A stock class has a folder of its own; those of Debezium share one. */
function reference(name, className) {
  const folder = name.replace(/(?<=[a-z])[A-Z]/g, '-$&').toLowerCase()
  const debezium = className.startsWith('io.debezium.')
  const file = debezium ? `debezium/reference/${folder}.json` : `${folder}/reference.json`
  return JSON.parse(readFileSync(join(root, 'transforms', file), 'utf8'))
}

function propertyTable(config) {
  const keys = [...config.keys.values()]
  if (keys.length === 0) return 'It has no properties.\n'
  const rows = keys.map((key) => {
    const valid = key.validator === null ? (key.type === 'BOOLEAN' ? '`true`, `false`' : '') : key.validator.description
    const cells = [
      `\`${key.name}\``,
      key.type.toLowerCase(),
      defaultText(key),
      valid,
      key.importance.toLowerCase(),
      key.doc,
    ]
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  })
  return [
    '| Property | Type | Default | Valid values | Importance | Meaning |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

function defaultText(key) {
  if (key.required) return 'required'
  const value = key.defaultValue
  if (value === null) return 'none'
  return value === '' || (Array.isArray(value) && value.length === 0) ? 'empty' : `\`${String(value)}\``
}

async function exampleText(name, { title, config, record }) {
  const [before, after] = await run(config, record).catch((error) => {
    throw new Error(`the example "${title}" of ${name} fails`, { cause: error })
  })
  const settings = Object.entries(config).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`)
  return `${title}:\n\`\`\`json\n{\n${settings.join(',\n')}\n}\n\`\`\`\n\`\`\`\nbefore  ${before}\nafter   ${after}\n\`\`\`\n`
}

/** The record before and after, without what the example neither has nor changes. */
async function run(config, record) {
  const find = (className, kind) =>
    transforms.plugins.find((plugin) => plugin.className === className && plugin.kind === kind) ?? null
  const input = await lines.parse(JSON.stringify(record))
  const output = await createTransformationChain(config, find).apply(input)
  const [before, after] = [input, output].map(async (each) => parseWithTexts(await lines.format(each)))
  if (output === null) return [shown(await before, Object.keys(record)), 'null']
  const [from, to] = [await before, await after]
  const fields = Object.keys(from).filter(
    (field) => Object.hasOwn(record, field) || toJsonText(from[field]) !== toJsonText(to[field]),
  )
  return [shown(from, fields), shown(to, fields)]
}

function shown(record, fields) {
  const entries = fields.map((field) => [
    field,
    field === 'headers' ? record[field].map(headerShown) : plain(record[field]),
  ])
  return toJsonText(Object.fromEntries(entries))
}

function headerShown({ key, value }) {
  return { key, value: plain(value) }
}

/** Data without schema as it is. */
function plain(envelope) {
  const bare =
    typeof envelope === 'object' && envelope !== null && Object.hasOwn(envelope, 'schema') && envelope.schema === null
  return bare ? envelope.payload : envelope
}
