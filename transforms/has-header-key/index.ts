import { defineConfig, nonEmptyString } from '../../api/index.ts'
import { stockPredicate } from '../common/predicate.ts'

const config = defineConfig({
  name: { type: 'STRING', validator: nonEmptyString(), importance: 'MEDIUM', doc: 'The name of the header.' },
})

export const hasHeaderKey = stockPredicate('HasHeaderKey', config, (props) => {
  const { name } = config.parse(props)
  return { test: (record) => record.headers.has(name) }
})
