import { ConnectError, errorToData, type Props } from '../../../../api/index.ts'
import { hasVariable } from '../../../config/config-transformer.ts'
import type { ConfigInfos, ConfigValueInfo } from '../../../core/answers.ts'

/**
 * An answer to a validation that does not tell what variables stand for: values show the variable, and in names and in
 * what is wrong the text is hidden. The original shows them.
 */
export function hideSecrets(infos: ConfigInfos, raw: Props, secrets: ReadonlySet<string>): ConfigInfos {
  const clean = cleaner(secrets)
  if (clean === null) return infos
  const configs = infos.configs.map(({ definition, value }) => ({
    definition: definition === null ? null : { ...definition, name: clean(definition.name) },
    value:
      value === null
        ? null
        : { ...value, name: clean(value.name), value: shown(value, raw, clean), errors: value.errors.map(clean) },
  }))
  return { ...infos, name: clean(infos.name), groups: infos.groups.map(clean), configs }
}

/** The error of a validation, the same way. */
export function hideSecretsIn(error: unknown, secrets: ReadonlySet<string>): unknown {
  const clean = cleaner(secrets)
  if (clean === null || !(error instanceof Error) || clean(error.message) === error.message) return error
  const { code, javaClass, remedy } = errorToData(error)
  return new ConnectError(code, clean(error.message), {
    javaClass,
    ...(remedy === null ? {} : { remedy }),
  })
}

type Clean = (text: string) => string

/** Null when there is nothing to hide. */
function cleaner(secrets: ReadonlySet<string>): Clean | null {
  // A text of one or two characters is no secret, and is in half of all words.
  const told = [...secrets].filter(({ length }) => length > 2).toSorted((a, b) => b.length - a.length)
  return told.length === 0 ? null : (text) => told.reduce((left, secret) => left.replaceAll(secret, '[hidden]'), text)
}

function shown({ name, value }: ConfigValueInfo, raw: Props, clean: Clean): string | null {
  const given = raw[name] ?? null
  if (value === null || value === '[hidden]') return value
  return given !== null && hasVariable(given) ? given : clean(value)
}
