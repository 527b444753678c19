import type { Props } from '../../../../api/index.ts'
import { hasVariable } from '../../../config/config-transformer.ts'
import type { ConfigInfos } from '../../../core/answers.ts'

/**
 * An answer to a validation with variables where it would tell what they stand for: in the value of such a key, and in
 * what is wrong with it. The original shows both.
 */
export function hideSecrets(infos: ConfigInfos, raw: Props, secrets: ReadonlySet<string>): ConfigInfos {
  const told = [...secrets].filter((secret) => secret !== '').toSorted((a, b) => b.length - a.length)
  if (told.length === 0) return infos
  const clean = (text: string): string => told.reduce((left, secret) => left.replaceAll(secret, '[hidden]'), text)
  const configs = infos.configs.map((line) => {
    const { value } = line
    const given = value === null ? null : (raw[value.name] ?? null)
    if (value === null || given === null || !hasVariable(given)) return line
    const shown = value.value === null || value.value === '[hidden]' ? value.value : given
    return { ...line, value: { ...value, value: shown, errors: value.errors.map(clean) } }
  })
  return { ...infos, configs }
}
