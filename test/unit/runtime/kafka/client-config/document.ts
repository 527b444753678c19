import { clientProperties } from '../../../../../runtime/kafka/client-config/table.ts'
import type { ClientProperty } from '../../../../../runtime/kafka/client-config/property.ts'

const TREATMENTS: readonly [ClientProperty['treatment'], string, string][] = [
  ['honoured', 'Honoured', 'These do what they do in the Java clients, within the limits named.'],
  [
    'ignored',
    'Accepted, without effect',
    'There is nothing for them to act on; they are accepted so that files need no change.',
  ],
  ['refused', 'Refused', 'Set to anything but their default, these are an error whose remedy is the text given here.'],
]

/** The text of docs/client-properties.md, from the table that also drives parsing. */
export function renderClientProperties(): string {
  const parts = TREATMENTS.map(([treatment, title, intro]) => {
    const rows = clientProperties.filter((property) => property.treatment === treatment).map(renderRow)
    return `## ${title}\n\n${intro}\n\n| Property | Clients | Default | |\n|---|---|---|---|\n${rows.join('\n')}\n`
  })
  return `# Kafka client properties

Every property of the Java clients 4.3.1 (producer, consumer, admin) and what becomes of it here. They are the
properties without a prefix in a worker file, those with \`producer.\`, \`consumer.\` and \`admin.\`, and a connector's
\`producer.override.\` and so on.

A name in a worker file that is one or two letters away from a known one is refused at start. Other names that nothing
knows are ignored, as the Java clients do: without a prefix the log names them, below a prefix they may belong to somebody
else's client and pass without a word. In a connector's overrides all unknown names pass.

${parts.join('\n')}`
}

function renderRow({ name, clients, default: value, note }: ClientProperty): string {
  const who = clients.length === 3 ? 'all' : clients.join(', ')
  return `| \`${name}\` | ${who} | ${renderDefault(value)} | ${note} |`
}

function renderDefault(value: ClientProperty['default']): string {
  if (typeof value === 'symbol') return 'required'
  if (typeof value === 'string') return value === '' ? 'empty' : `\`${value.split(',').map(shorten).join(', ')}\``
  if (value === null) return 'none'
  return Object.entries(value)
    .map(([kind, text]) => `${kind}: ${renderDefault(text ?? null)}`)
    .join(', ')
}

/** Java class names by their last part. */
function shorten(text: string): string {
  return /^(org|com)\./.test(text) ? (text.split('.').at(-1) ?? text) : text
}
