import { defineConfig } from '../../api/index.ts'
import { stockPredicate } from '../common/predicate.ts'

/** The value is null, whatever its schema. */
export const recordIsTombstone = stockPredicate('RecordIsTombstone', defineConfig({}), () => ({
  test: (record) => record.value === null,
}))
