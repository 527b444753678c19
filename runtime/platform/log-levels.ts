/** The level names of Connect's `/admin/loggers` (log4j's). */
export const logLevels = ['OFF', 'FATAL', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE', 'ALL'] as const
export type LogLevel = (typeof logLevels)[number]

export const rootLogger = 'root'

export function isLogLevel(text: string): text is LogLevel {
  return (logLevels as readonly string[]).includes(text)
}

interface Setting {
  readonly level: LogLevel
  /** Milliseconds since the epoch; null for a level that was there from the start. */
  readonly lastModified: number | null
}

export interface LoggerSetting extends Setting {
  readonly name: string
}

/** Levels of loggers by dotted name; a logger without a level of its own has that of its nearest ancestor. */
export class LogLevelTree {
  readonly #settings = new Map<string, Setting>()
  readonly #known = new Set<string>([rootLogger])
  readonly #changed: (() => void)[] = []

  constructor(levels: Readonly<Record<string, string>> = {}) {
    this.#settings.set(rootLogger, { level: 'INFO', lastModified: null })
    for (const [name, level] of Object.entries(levels))
      if (isLogLevel(level)) this.#settings.set(name, { level, lastModified: null })
  }

  /** Makes a logger known, so that REST lists it. */
  register(name: string): void {
    this.#known.add(name)
  }

  onChange(listener: () => void): void {
    this.#changed.push(listener)
  }

  effective(name: string): LogLevel {
    for (let prefix = name; prefix !== ''; prefix = prefix.slice(0, Math.max(prefix.lastIndexOf('.'), 0))) {
      const setting = this.#settings.get(prefix)
      if (setting !== undefined) return setting.level
    }
    return this.#settings.get(rootLogger)?.level ?? 'INFO'
  }

  all(): LoggerSetting[] {
    const names = new Set([...this.#known, ...this.#settings.keys()])
    return [...names].map((name) => this.#describe(name)).filter((logger) => logger.level !== 'OFF')
  }

  /** Undefined for a name that no logger has. */
  get(name: string): LoggerSetting | undefined {
    const wanted = canonical(name)
    return this.#known.has(wanted) || this.#settings.has(wanted) ? this.#describe(wanted) : undefined
  }

  /** Sets a logger and all below it; gives the names whose level changed. */
  set(name: string, level: LogLevel, nowMs: number): string[] {
    const wanted = canonical(name)
    const below = (other: string): boolean =>
      other === wanted || wanted === rootLogger || other.startsWith(`${wanted}.`)
    const affected = [...new Set([wanted, ...this.#known, ...this.#settings.keys()])].filter(below)
    const changed = affected.filter((other) => this.effective(other) !== level)
    for (const other of changed) this.#settings.set(other, { level, lastModified: nowMs })
    if (changed.length > 0) for (const listener of this.#changed) listener()
    return changed
  }

  /** What a thread that starts later is given. */
  levels(): Record<string, string> {
    return Object.fromEntries([...this.#settings].map(([name, setting]) => [name, setting.level]))
  }

  #describe(name: string): LoggerSetting {
    return { name, level: this.effective(name), lastModified: this.#settings.get(name)?.lastModified ?? null }
  }
}

function canonical(name: string): string {
  return name.toLowerCase() === rootLogger ? rootLogger : name
}
