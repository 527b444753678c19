import { createRequire } from 'node:module'
import type { ConverterDescriptor } from '../../api/index.ts'
import { CONNECT_VERSION } from '../../compat/baseline.ts'

type Loaded = Pick<ConverterDescriptor, 'config' | 'create'>

// At once, not by `import()`: a configuration is read and a converter made without waiting.
const load = createRequire(import.meta.url)
let loaded: Loaded | null = null

function descriptor(): Loaded {
  loaded ??= (load('./descriptor.js') as { readonly loadedDescriptor: Loaded }).loadedDescriptor
  return loaded
}

/**
 * Confluent's converter; it is none for headers, where it comes from either. Its modules, Node's http among them, are
 * loaded when it is first used: they take 45 ms and 3 MB of each thread.
 */
export const avroConverter: ConverterDescriptor = {
  kind: 'converter',
  className: 'io.confluent.connect.avro.AvroConverter',
  version: CONNECT_VERSION,
  get config() {
    return descriptor().config
  },
  create: (props, role) => descriptor().create(props, role),
}
