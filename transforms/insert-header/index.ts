import {
  type ConnectRecord,
  defineConfig,
  type Header,
  Headers,
  type Transformation,
  validator,
} from '../../api/index.ts'
import { parseValue } from '../../compat/values-parse.ts'
import { wholeRecord } from '../common/target.ts'

const nonNullText = validator('non-null string', (value) => (value === null ? 'entry must be non null' : null))

const config = defineConfig({
  header: { type: 'STRING', validator: nonNullText, importance: 'HIGH', doc: 'Name of the header.' },
  'value.literal': {
    type: 'STRING',
    validator: nonNullText,
    importance: 'HIGH',
    doc: 'Its value; the type is read from the text: 12 is an int8, true a boolean, [1,2] an array.',
  },
})

class InsertHeader implements Transformation {
  readonly #header: Header

  constructor(key: string, literal: string) {
    this.#header = { key, ...parseValue(literal) }
  }

  apply<R extends ConnectRecord>(record: R): R {
    return record.with({ headers: Headers.ofList([...record.headers.toArray(), this.#header]) })
  }
}

export const insertHeader = wholeRecord({
  name: 'InsertHeader',
  config,
  create(props) {
    const parsed = config.parse(props)
    return new InsertHeader(parsed.header, parsed['value.literal'])
  },
})
