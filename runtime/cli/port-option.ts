import { UsageError } from './usage.ts'

/** The number of a port option; undefined where it is not given. 0 is any free port. @throws UsageError */
export function portOption(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535) throw new UsageError(`--${name} ${text} is no port: 0 to 65535`)
  return port
}
