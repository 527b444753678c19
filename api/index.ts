/** The plugin API of Sluice: Kafka Connect's shapes in TypeScript. Start at README.md beside this file. */
import type * as Api from './exports.ts'
import type { PluginModule } from './plugins.ts'

export * from './exports.ts'

/** The default export of a plugin module; the function form gets this API, for folders without `node_modules`. */
export type PluginModuleExport = PluginModule | ((api: typeof Api) => PluginModule)
