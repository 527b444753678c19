import type { ConfigMap } from '../../core/ids.ts'

/** Where a connector takes its records from and where they go, as far as its config tells. */
export function routeOf(config: ConfigMap): string {
  const topics = config['topics'] ?? config['topics.regex']
  const file = config['file']
  const transforms = config['transforms'] ?? ''
  // Where a source's records end up is for its transforms to say.
  const through = transforms === '' ? '' : `, by way of ${transforms}`
  if (topics === undefined) return `${[file, config['topic']].filter((end) => end !== undefined).join(' → ')}${through}`
  const deadLetters = config['errors.deadletterqueue.topic.name']
  const ends = [topics, file].filter((end) => end !== undefined).join(' → ')
  return deadLetters === undefined || deadLetters === ''
    ? `${ends}${through}`
    : `${ends}${through}, broken ones → ${deadLetters}`
}

const rowsMax = 20

export interface Overview {
  readonly startedMs: number
  readonly bootstrap: string
  readonly url: string
  readonly dataFolder: string
  readonly logFile: string
  readonly connectors: readonly { readonly name: string; readonly config: ConfigMap }[]
}

/** What is printed when everything runs. */
export function overviewText({ startedMs, bootstrap, url, dataFolder, logFile, connectors }: Overview): string {
  const width = Math.max(0, ...connectors.map(({ name }) => name.length))
  const shown = connectors.slice(0, rowsMax).map(({ name, config }) => `  ${name.padEnd(width)}  ${routeOf(config)}`)
  const left = connectors.length - shown.length
  const rows = left > 0 ? [...shown, `  … and ${left} more`] : shown
  return [
    `Sluice is up after ${(startedMs / 1000).toFixed(1)} s, on an embedded broker: for development, not for production.`,
    '',
    `Kafka  ${bootstrap}`,
    `REST   ${url}`,
    `Data   ${dataFolder}`,
    `Log    ${logFile}`,
    '',
    ...(rows.length > 0 ? ['Connectors', ...rows] : ['No connectors; deploy some by REST.']),
    '',
    `Try    curl -s '${url}/connectors?expand=status'`,
    'Stop   Ctrl-C; the next start goes on where this one ended',
    '',
  ].join('\n')
}
