import { createRequire } from 'node:module'
import {
  ConnectError,
  type PluginDescriptor,
  type PredicateDescriptor,
  type TransformationDescriptor,
} from '../api/index.ts'
import { CONNECT_VERSION, DEBEZIUM_VERSION } from '../compat/baseline.ts'

const PACKAGE = 'org.apache.kafka.connect.transforms'
// At once, not by `import()`: a configuration is read and a chain is built without waiting.
const load = createRequire(import.meta.url)

/** `<name>$Key` and `<name>$Value`, or the one class of that name; their module is loaded when one is first used. */
export function lazyTransformations(
  folder: string,
  name: string,
  halves: 'keyAndValue' | 'wholeRecord',
): readonly TransformationDescriptor[] {
  const names = halves === 'keyAndValue' ? [`${name}$Key`, `${name}$Value`] : [name]
  return names.map((each) => lazyTransformation(`${folder}/index`, `${PACKAGE}.${each}`, CONNECT_VERSION))
}

/** The class of Debezium of that name below `io.debezium.transforms`; its file is loaded when it is first used. */
export function lazyDebezium(file: string, name: string): TransformationDescriptor {
  return lazyTransformation(`debezium/${file}`, `io.debezium.transforms.${name}`, DEBEZIUM_VERSION)
}

function lazyTransformation(path: string, className: string, version: string): TransformationDescriptor {
  const found = once(path, className, 'transformation')
  return {
    kind: 'transformation',
    className,
    version,
    get config() {
      return found().config
    },
    create: (props) => found().create(props),
  }
}

/** The predicate of that name; its module is loaded when it is first used. */
export function lazyPredicate(folder: string, name: string): PredicateDescriptor {
  const className = `${PACKAGE}.predicates.${name}`
  const found = once(`${folder}/index`, className, 'predicate')
  return {
    kind: 'predicate',
    className,
    version: CONNECT_VERSION,
    get config() {
      return found().config
    },
    create: (props) => found().create(props),
  }
}

/** The descriptor that a module exports for a class. */
function once<K extends PluginDescriptor['kind']>(path: string, className: string, kind: K) {
  type Wanted = Extract<PluginDescriptor, { readonly kind: K }>
  let descriptor: Wanted | undefined
  return (): Wanted => {
    if (descriptor !== undefined) return descriptor
    const exported = load(`./${path}.js`) as Readonly<Record<string, PluginDescriptor | readonly PluginDescriptor[]>>
    const found = Object.values(exported)
      .flat()
      .find((each): each is Wanted => each.className === className && each.kind === kind)
    if (found === undefined) throw new ConnectError('INTERNAL', `transforms/${path} does not export ${className}`)
    descriptor = found
    return found
  }
}
