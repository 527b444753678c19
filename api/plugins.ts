import type { ConfigDef, Props } from './config-def.ts'
import type { SinkConnector, SourceConnector } from './connector.ts'
import type {
  ConfigProvider,
  Converter,
  ConverterRole,
  HeaderConverter,
  Predicate,
  Transformation,
} from './record-plugins.ts'
import type { SinkTask, SourceTask } from './task.ts'

/**
 * What a plugin is made of. A plugin module's default export is a `PluginModule`, or a function from this API to one
 * (for folders without `node_modules`). A descriptor is data and factories; nothing is made before it is needed.
 */
export type PluginDescriptor =
  | SourceConnectorDescriptor
  | SinkConnectorDescriptor
  | TransformationDescriptor
  | PredicateDescriptor
  | ConverterDescriptor
  | HeaderConverterDescriptor
  | ConfigProviderDescriptor

export type PluginKind = PluginDescriptor['kind']

interface DescriptorBase {
  /** The Java class name where there is one: what status, `task.class` and tools see. */
  readonly className: string
  /** More names that configs may use, beyond the simple name of the class. */
  readonly aliases?: readonly string[]
  readonly version: string
  readonly config: ConfigDef
}

export interface SourceConnectorDescriptor extends DescriptorBase {
  readonly kind: 'source'
  readonly taskClassName: string
  createConnector(): SourceConnector
  createTask(): SourceTask
}

export interface SinkConnectorDescriptor extends DescriptorBase {
  readonly kind: 'sink'
  readonly taskClassName: string
  createConnector(): SinkConnector
  createTask(): SinkTask
}

export interface TransformationDescriptor extends DescriptorBase {
  readonly kind: 'transformation'
  /** @param props the keys of its alias, prefix removed. @throws `CONFIG_INVALID` */
  create(props: Props): Transformation
}

export interface PredicateDescriptor extends DescriptorBase {
  readonly kind: 'predicate'
  /** @param props the keys of its alias, prefix removed. @throws `CONFIG_INVALID` */
  create(props: Props): Predicate
}

export interface ConverterDescriptor extends DescriptorBase {
  readonly kind: 'converter'
  /** @param props the keys of its prefix (`value.converter.`), prefix removed. @throws `CONFIG_INVALID` */
  create(props: Props, role: ConverterRole): Converter
}

export interface HeaderConverterDescriptor extends DescriptorBase {
  readonly kind: 'header_converter'
  /** @param props the keys of `header.converter.`, prefix removed. @throws `CONFIG_INVALID` */
  create(props: Props): HeaderConverter
}

export interface ConfigProviderDescriptor extends DescriptorBase {
  readonly kind: 'config_provider'
  /** @param props the keys of `config.providers.<name>.param.`, prefix removed. @throws `CONFIG_INVALID` */
  create(props: Props): ConfigProvider
}

export interface PluginModule {
  readonly plugins: readonly PluginDescriptor[]
}
