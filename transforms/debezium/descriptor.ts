import type { ConfigDef, Props, Transformation, TransformationDescriptor } from '../../api/index.ts'
import { DEBEZIUM_VERSION } from '../../compat/baseline.ts'

/** The descriptor of a class of Debezium. @param name its name below `io.debezium.transforms` */
export function debeziumTransform(
  name: string,
  config: ConfigDef,
  create: (props: Props) => Transformation,
): TransformationDescriptor {
  return {
    kind: 'transformation',
    className: `io.debezium.transforms.${name}`,
    version: DEBEZIUM_VERSION,
    config,
    create,
  }
}
