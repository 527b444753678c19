/** What workers answer about plugins, configs and offsets, in the fields that Connect's REST API has for them. */

export interface ConnectorOffset {
  readonly partition: unknown
  readonly offset: unknown
}

export interface PluginInfo {
  readonly class: string
  readonly type: string
  readonly version?: string
}

export interface ConfigKeyInfo {
  readonly name: string
  readonly type: string
  readonly required: boolean
  readonly default_value: string | null
  readonly importance: string
  readonly documentation: string
  readonly group: string | null
  readonly order_in_group: number
  readonly width: string
  readonly display_name: string
  readonly dependents: readonly string[]
}

export interface ConfigValueInfo {
  readonly name: string
  readonly value: string | null
  readonly recommended_values: readonly string[]
  readonly errors: readonly string[]
  readonly visible: boolean
}

/** `PUT /connector-plugins/{plugin}/config/validate` */
export interface ConfigInfos {
  readonly name: string
  readonly error_count: number
  readonly groups: readonly string[]
  readonly configs: readonly { readonly definition: ConfigKeyInfo | null; readonly value: ConfigValueInfo | null }[]
}
