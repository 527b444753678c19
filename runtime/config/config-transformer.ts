import type { ConfigProvider, Props } from '../../api/index.ts'
import type { ConfigMap } from '../core/ids.ts'

/** `${provider:path:key}` or `${provider:key}`, several in one value (KIP-297). */
const variable = /\$\{([^}]*?):(([^}]*?):)?([^}]*?)\}/g

/** A config with its variables replaced. */
export interface ResolvedConfig {
  readonly config: Record<string, string>
  /** The shortest time after which a provider wants its values read anew, null when none does. */
  readonly ttlMs: number | null
  /** The values that came from variables: never to be shown. */
  readonly secrets: ReadonlySet<string>
}

/**
 * Replaces variables by what the providers say. An unknown provider or key leaves the text as it is, and results are
 * not looked at again, both as the original.
 */
export async function resolveConfig(
  config: Props,
  providers: ReadonlyMap<string, ConfigProvider>,
): Promise<ResolvedConfig> {
  const resolved: Record<string, string> = {}
  const secrets = new Set<string>()
  let ttlMs: number | null = null
  const lookUp = memoised(providers, (ttl) => {
    ttlMs = Math.min(ttlMs ?? ttl, ttl)
  })
  for (const [key, raw] of Object.entries(config)) {
    if (raw === null) continue
    const text = raw.includes('${') ? await replaceVariables(raw, lookUp, secrets) : raw
    Object.defineProperty(resolved, key, { value: text, enumerable: true, configurable: true, writable: true })
  }
  return { config: resolved, ttlMs, secrets }
}

export function hasVariable(text: string): boolean {
  return text.search(variable) !== -1
}

/**
 * Task configs that a connector made from resolved values, with the variables put back for the keys whose raw
 * connector value holds one: secrets do not reach the config topic.
 */
export function reverseTransform(raw: ConfigMap, taskConfig: Props): Record<string, string> {
  const entries = Object.entries(taskConfig).flatMap(([key, value]) => {
    const original = raw[key]
    if (original !== undefined && hasVariable(original)) return [[key, original] as const]
    return value === null ? [] : [[key, value] as const]
  })
  return Object.fromEntries(entries)
}

type LookUp = (provider: string, path: string, key: string) => Promise<string | null>

async function replaceVariables(text: string, lookUp: LookUp, secrets: Set<string>): Promise<string> {
  let result = ''
  let end = 0
  for (const match of text.matchAll(variable)) {
    const [whole, provider = '', , path = '', key = ''] = match
    const value = await lookUp(provider, path, key)
    if (value !== null && value !== '') secrets.add(value)
    result += text.slice(end, match.index) + (value ?? whole)
    end = match.index + whole.length
  }
  return result + text.slice(end)
}

/** Each path is read once per resolution, so that a file with ten secrets is opened once. */
function memoised(providers: ReadonlyMap<string, ConfigProvider>, onTtl: (ttlMs: number) => void): LookUp {
  const read = new Map<string, Promise<Props>>()
  return async (name, path, key) => {
    const provider = providers.get(name)
    if (provider === undefined) return null
    const id = `${name}\u0000${path}\u0000${key}`
    const values = read.get(id) ?? readPath(provider, path, key, onTtl)
    read.set(id, values)
    const data = await values
    return Object.hasOwn(data, key) ? (data[key] ?? null) : null
  }
}

async function readPath(
  provider: ConfigProvider,
  path: string,
  key: string,
  onTtl: (ttlMs: number) => void,
): Promise<Props> {
  const result = await provider.get(path, [key])
  if (result.ttlMs !== undefined && result.ttlMs !== null) onTtl(result.ttlMs)
  return result.data
}
