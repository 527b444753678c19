/** The entries below a prefix, the prefix removed (`originalsWithPrefix`): a key that is the prefix alone is not below it. */
export function withPrefix<V>(config: Readonly<Record<string, V>>, prefix: string): Record<string, V> {
  const below = Object.entries(config).filter(([key]) => key.startsWith(prefix) && key.length > prefix.length)
  return Object.fromEntries(below.map(([key, value]) => [key.slice(prefix.length), value]))
}
