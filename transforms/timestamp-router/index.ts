import {
  type ConnectRecord,
  dataError,
  dateFromMs,
  defineConfig,
  epochMs,
  type Transformation,
} from '../../api/index.ts'
import type { SimpleDateFormat } from '../../compat/simple-date-format.ts'
import { dateFormat, datePattern } from '../common/date-format.ts'
import { wholeRecord } from '../common/target.ts'

const config = defineConfig({
  'topic.format': {
    type: 'STRING',
    default: '${topic}-${timestamp}',
    importance: 'HIGH',
    doc: 'The new topic; ${topic} and ${timestamp} stand for those of the record.',
  },
  'timestamp.format': {
    type: 'STRING',
    default: 'yyyyMMdd',
    validator: datePattern(),
    importance: 'HIGH',
    doc: 'How the timestamp is written, in UTC; a pattern of java.text.SimpleDateFormat.',
  },
})

class TimestampRouter implements Transformation {
  readonly #topicFormat: string
  readonly #timestampFormat: SimpleDateFormat
  // With a pattern of days the text is mostly the one of the record before.
  #lastUnit = Number.NaN
  #lastText = ''

  constructor(topicFormat: string, timestampFormat: SimpleDateFormat) {
    this.#topicFormat = topicFormat
    this.#timestampFormat = timestampFormat
  }

  apply<R extends ConnectRecord>(record: R): R {
    if (record.timestamp === null) throw dataError(`Timestamp missing on record: ${described(record)}`)
    const timestamp = this.#textOf(record.timestamp)
    const topic = this.#topicFormat
      .replaceAll('${topic}', () => record.topic)
      .replaceAll('${timestamp}', () => timestamp)
    return record.with({ topic })
  }

  #textOf(timestamp: number): string {
    const unit = Math.floor(timestamp / this.#timestampFormat.unitMs)
    if (unit === this.#lastUnit) return this.#lastText
    this.#lastText = this.#timestampFormat.format(epochMs(dateFromMs(timestamp)))
    this.#lastUnit = unit
    return this.#lastText
  }
}

function described({ topic, kafkaPartition }: ConnectRecord): string {
  return `topic ${topic}, partition ${kafkaPartition}`
}

export const timestampRouter = wholeRecord({
  name: 'TimestampRouter',
  config,
  create(props) {
    const parsed = config.parse(props)
    return new TimestampRouter(parsed['topic.format'], dateFormat(parsed['timestamp.format']))
  },
})
