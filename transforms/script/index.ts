import { defineConfig, type PluginModule, type TransformationDescriptor } from '../../api/index.ts'
import { ScriptTransformation } from './script.ts'

const config = defineConfig({
  'script.file': {
    type: 'STRING',
    importance: 'HIGH',
    doc: 'The module whose default export changes records: .js, .mjs, or .ts where Node runs TypeScript.',
  },
})

/** A transformation in JavaScript or TypeScript: nothing that Kafka Connect has. */
export const script: TransformationDescriptor = {
  kind: 'transformation',
  className: 'sluice.Script',
  version: '1.0.0',
  config,
  create: (props) => new ScriptTransformation(config.parse(props)['script.file']),
}

const module: PluginModule = { plugins: [script] }

export default module
