import { type ConnectRecord, defineConfig, type Transformation } from '../../api/index.ts'
import { JavaPattern } from '../../compat/java-regex.ts'
import { javaRegex } from '../common/config.ts'
import { wholeRecord } from '../common/target.ts'

const config = defineConfig({
  regex: {
    type: 'STRING',
    validator: javaRegex(),
    importance: 'HIGH',
    doc: 'What a topic must match as a whole to be changed; a Java regular expression.',
  },
  replacement: {
    type: 'STRING',
    importance: 'HIGH',
    doc: 'What the first match becomes; $1 or ${name} is a group, a backslash takes the next character as it is.',
  },
})

/** A worker sees few topics; the bound is for a source that makes them up. */
const TOPICS_MAX = 1000

class RegexRouter implements Transformation {
  readonly #pattern: JavaPattern
  readonly #replacement: string
  readonly #routes = new Map<string, string>()

  constructor(pattern: JavaPattern, replacement: string) {
    this.#pattern = pattern
    this.#replacement = replacement
  }

  apply<R extends ConnectRecord>(record: R): R {
    const topic = this.#routes.get(record.topic) ?? this.#route(record.topic)
    return topic === record.topic ? record : record.with({ topic })
  }

  #route(topic: string): string {
    const route = this.#pattern.matches(topic) ? this.#pattern.replaceFirst(topic, this.#replacement) : topic
    if (this.#routes.size < TOPICS_MAX) this.#routes.set(topic, route)
    return route
  }
}

export const regexRouter = wholeRecord({
  name: 'RegexRouter',
  config,
  create(props) {
    const { regex, replacement } = config.parse(props)
    return new RegexRouter(new JavaPattern(regex), replacement)
  },
})
