import { allOf, defineConfig, nonEmptyString } from '../../api/index.ts'
import { JavaPattern } from '../../compat/java-regex.ts'
import { javaRegex } from '../common/config.ts'
import { stockPredicate } from '../common/predicate.ts'

const config = defineConfig({
  pattern: {
    type: 'STRING',
    validator: allOf(nonEmptyString(), javaRegex()),
    importance: 'MEDIUM',
    doc: 'What the topic must match as a whole; a Java regular expression.',
  },
})

export const topicNameMatches = stockPredicate('TopicNameMatches', config, (props) => {
  const pattern = new JavaPattern(config.parse(props).pattern)
  return { test: (record) => pattern.matches(record.topic) }
})
