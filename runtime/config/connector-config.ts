import { type ConfigOf, ConnectError, defineConfig } from '../../api/index.ts'
import { connectorKeys, deadLetterKeys, sinkKeys, sourceKeys } from './connector-keys.ts'

export const sinkConnectorDef = defineConfig({ ...connectorKeys, ...sinkKeys })
export const sourceConnectorDef = defineConfig({ ...connectorKeys, ...sourceKeys })

/** Read apart from the rest, since a source that names none of them has none. */
export const deadLetterDef = defineConfig(deadLetterKeys)

export type SinkConnectorConfig = ConfigOf<typeof sinkConnectorDef>
export type SourceConnectorConfig = ConfigOf<typeof sourceConnectorDef>
/** What both have. */
export type ConnectorConfig = Pick<SourceConnectorConfig, keyof SourceConnectorConfig & keyof SinkConnectorConfig>

/** How the topics of a sink connector are given; exactly one way must be. */
export interface TopicsChoice {
  readonly topics: readonly string[]
  readonly regex: string | null
}

/** The fault of a sink's topic keys, null when there is none. */
export function topicsFault(topics: readonly string[], regex: string): string | null {
  if (topics.length > 0 && regex !== '')
    return 'topics and topics.regex are mutually exclusive options, but both are set.'
  if (topics.length === 0 && regex === '') return 'Must configure one of topics or topics.regex'
  return null
}

export function topicsChoice(config: SinkConnectorConfig): TopicsChoice {
  const regex = config['topics.regex']
  const fault = topicsFault(config.topics, regex)
  if (fault !== null) throw new ConnectError('CONFIG_INVALID', fault)
  return { topics: config.topics, regex: regex === '' ? null : regex }
}
