import { type ConnectRecord, defineConfig, type Schema, Struct, type Transformation } from '../../api/index.ts'
import { DerivedSchemas } from '../common/derived-schemas.ts'
import { requireMap, requireStruct } from '../common/requirements.ts'
import { keyAndValue, type Target } from '../common/target.ts'
import { flattenMap } from './flatten-map.ts'
import { fillLeaves, type FlatPlan, flatPlan } from './flat-plan.ts'

const PURPOSE = 'flattening'

const config = defineConfig({
  delimiter: {
    type: 'STRING',
    default: '.',
    importance: 'MEDIUM',
    doc: 'What stands between the outer and the inner name in the name of a field.',
  },
})

class Flatten implements Transformation {
  readonly #target: Target
  readonly #delimiter: string
  readonly #plans: DerivedSchemas<FlatPlan>

  constructor(delimiter: string, target: Target) {
    this.#target = target
    this.#delimiter = delimiter
    this.#plans = new DerivedSchemas((schema: Schema) => flatPlan(schema, delimiter))
  }

  apply<R extends ConnectRecord>(record: R): R {
    const value = this.#target.valueOf(record)
    if (value === null) return record
    const schema = this.#target.schemaOf(record)
    if (schema === null) {
      return this.#target.changed(record, null, flattenMap(requireMap(value, PURPOSE), this.#delimiter))
    }
    const struct = requireStruct(value, PURPOSE)
    const plan = this.#plans.get(schema)
    const values: unknown[] = plan.schema.fields.map(() => null)
    fillLeaves(plan.nodes, struct, values)
    return this.#target.changed(record, plan.schema, Struct.ofValues(plan.schema, values))
  }
}

export const flatten = keyAndValue({
  name: 'Flatten',
  config,
  create: (props, target) => new Flatten(config.parse(props).delimiter, target),
})
