import type { Props } from '../../api/index.ts'
import { badRequest } from './errors.ts'

/** The class in the config must be the plugin in the path, compared as Connect does: by the end of its name. @throws 400 */
export function pluginTypeMatches(plugin: string, config: Props): void {
  const connectorClass = config['connector.class']?.trim() ?? ''
  if (connectorClass === '') {
    throw badRequest(`Connector config {${Object.keys(config).join(', ')}} contains no connector type`)
  }
  if (withoutSuffix(connectorClass).endsWith(withoutSuffix(plugin))) return
  throw badRequest(`Included connector type ${connectorClass} does not match request type ${plugin}`)
}

function withoutSuffix(name: string): string {
  return name.endsWith('Connector') ? name.slice(0, -'Connector'.length) : name
}
