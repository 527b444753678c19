import type { ConfigDef, Predicate, PredicateDescriptor, Props } from '../../api/index.ts'
import { CONNECT_VERSION } from '../../compat/baseline.ts'

/** The descriptor of a stock predicate. @param name simple name of the Java class */
export function stockPredicate(
  name: string,
  config: ConfigDef,
  create: (props: Props) => Predicate,
): PredicateDescriptor {
  return {
    kind: 'predicate',
    className: `org.apache.kafka.connect.transforms.predicates.${name}`,
    version: CONNECT_VERSION,
    config,
    create,
  }
}
