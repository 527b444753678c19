import { type ConnectRecord, defineConfig, Headers, type Transformation, validList } from '../../api/index.ts'
import { wholeRecord } from '../common/target.ts'

const config = defineConfig({
  headers: {
    type: 'LIST',
    validator: validList({ emptyAllowed: false }),
    importance: 'HIGH',
    doc: 'Names of the headers to remove.',
  },
})

class DropHeaders implements Transformation {
  readonly #names: ReadonlySet<string>

  constructor(names: readonly string[]) {
    this.#names = new Set(names)
  }

  apply<R extends ConnectRecord>(record: R): R {
    const headers = record.headers.toArray()
    const kept = headers.filter((header) => !this.#names.has(header.key))
    return kept.length === headers.length ? record : record.with({ headers: Headers.ofList(kept) })
  }
}

export const dropHeaders = wholeRecord({
  name: 'DropHeaders',
  config,
  create: (props) => new DropHeaders(config.parse(props).headers),
})
