import { defineConfig } from '../../api/index.ts'
import { wholeRecord } from '../common/target.ts'

/** Drops every record it gets; made to go with a predicate. */
export const filter = wholeRecord({
  name: 'Filter',
  config: defineConfig({}),
  create: () => ({ apply: () => null }),
})
