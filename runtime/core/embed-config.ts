import type { ConfigFieldValue, ConfigKey, ConfigKeySpec, ConfigRecommender, ConfigValidator } from '../../api/index.ts'

/**
 * Keys of a plugin's definition as keys of an outer one (`ConfigDef.embed`): the prefix goes before every name, but
 * validators and recommenders still see the plugin's own names, as do their messages.
 * @param firstOrder `orderInGroup` of the first key; they are counted on in sorted order
 */
export function embedKeys(
  keys: readonly ConfigKey[],
  prefix: string,
  group: string,
  firstOrder: number,
): Record<string, ConfigKeySpec> {
  const specs = sortedKeys(keys).map(
    (key, i) => [prefix + key.name, embedKey(key, prefix, group, firstOrder + i)] as const,
  )
  return Object.fromEntries(specs)
}

function embedKey(key: ConfigKey, prefix: string, group: string, orderInGroup: number): ConfigKeySpec {
  return {
    type: key.type,
    ...(key.required ? {} : { default: key.defaultValue }),
    ...(key.validator === null ? {} : { validator: embedValidator(key.validator, prefix) }),
    ...(key.recommender === null ? {} : { recommender: embedRecommender(key.recommender, prefix) }),
    importance: key.importance,
    doc: key.doc,
    group: key.group === null ? group : `${group}: ${key.group}`,
    orderInGroup,
    width: key.width,
    displayName: key.displayName,
    dependents: key.dependents.map((dependent) => prefix + dependent),
    internal: key.internal,
  }
}

function embedValidator(validator: ConfigValidator, prefix: string): ConfigValidator {
  return { ...validator, ensureValid: (name, value) => validator.ensureValid(withoutPrefix(name, prefix), value) }
}

function embedRecommender(recommender: ConfigRecommender, prefix: string): ConfigRecommender {
  return {
    validValues: (name, parsed) => recommender.validValues(withoutPrefix(name, prefix), inner(parsed, prefix)),
    visible: (name, parsed) => recommender.visible(withoutPrefix(name, prefix), inner(parsed, prefix)),
  }
}

function inner(parsed: ReadonlyMap<string, ConfigFieldValue>, prefix: string): ReadonlyMap<string, ConfigFieldValue> {
  const own = [...parsed].filter(([name]) => name.startsWith(prefix))
  return new Map(own.map(([name, value]) => [withoutPrefix(name, prefix), value]))
}

function withoutPrefix(name: string, prefix: string): string {
  return name.startsWith(prefix) ? name.slice(prefix.length) : name
}

const IMPORTANCE = { HIGH: 0, MEDIUM: 1, LOW: 2 } as const

/**
 * Keys in the order in which REST and forms list them: those without group first, then groups in order of definition;
 * inside by order in group, required ones first, by importance, by name.
 */
export function sortedKeys(keys: readonly ConfigKey[]): readonly ConfigKey[] {
  const groups = [...new Set(keys.map((key) => key.group))]
  const rank = (key: ConfigKey): number => (key.group === null ? -1 : groups.indexOf(key.group))
  return [...keys].sort(
    (a, b) =>
      rank(a) - rank(b) ||
      a.orderInGroup - b.orderInGroup ||
      Number(b.required) - Number(a.required) ||
      IMPORTANCE[a.importance] - IMPORTANCE[b.importance] ||
      (a.name < b.name ? -1 : 1),
  )
}
