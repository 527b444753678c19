import { type DestinationStream, destination, type Logger as Pino, pino } from 'pino'
import { errorToData, type LogFields, type Logger } from '../../api/index.ts'
import { type LogLevel, LogLevelTree } from './log-levels.ts'
import { textLine } from './log-text.ts'
import { remedyOf, stackTrace } from './stack-trace.ts'

export type LogFormat = 'json' | 'text'

const pinoLevels: Readonly<Record<LogLevel, string>> = {
  OFF: 'silent',
  FATAL: 'fatal',
  ERROR: 'error',
  WARN: 'warn',
  INFO: 'info',
  DEBUG: 'debug',
  TRACE: 'trace',
  ALL: 'trace',
}

export interface LogTarget {
  /** Lines are appended to this file, not written to standard output. */
  readonly file?: string | null
  /** Lines go here, in place of either. */
  readonly stream?: DestinationStream
}

/** Loggers of one thread, by dotted name; their levels follow the tree. */
export class Loggers {
  readonly levels: LogLevelTree
  readonly format: LogFormat
  /** Where lines go to; null: standard output. Other threads write there too. */
  readonly file: string | null
  readonly #root: Pino
  readonly #close: () => void
  readonly #children = new Map<string, { readonly name: string; readonly child: Pino; readonly logger: Logger }>()

  constructor(levels: LogLevelTree, format: LogFormat, target: LogTarget = {}) {
    this.levels = levels
    this.format = format
    this.file = target.file ?? null
    const own = this.file === null || target.stream !== undefined ? null : appendingTo(this.file)
    this.#close = () => own?.end()
    const stream = target.stream ?? own ?? destination({ fd: 1, sync: true })
    const options = {
      base: null,
      level: 'trace',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label: string) => ({ level: label.toUpperCase() }) },
      serializers: { error: errorFields },
    }
    this.#root = pino(options, format === 'json' ? stream : { write: (line) => stream.write(textLine(line)) })
    levels.onChange(() => this.#applyLevels())
  }

  /**
   * The logger of a name and a context, the same one each time: a task that restarts for weeks adds none.
   *
   * @param context the connector and task a line is about, `[src|task-0]` in text form (KIP-449)
   */
  get(name: string, context?: string): Logger {
    const key = JSON.stringify([name, context])
    const known = this.#children.get(key)
    if (known !== undefined) return known.logger
    this.levels.register(name)
    const child = this.#root.child(context === undefined ? { logger: name } : { logger: name, context })
    child.level = pinoLevels[this.levels.effective(name)]
    const logger = toLogger(child)
    this.#children.set(key, { name, child, logger })
    return logger
  }

  /** Closes its file, where it has one. Nothing is to be logged any more. */
  close(): void {
    this.#close()
  }

  #applyLevels(): void {
    for (const { name, child } of this.#children.values()) child.level = pinoLevels[this.levels.effective(name)]
  }
}

function appendingTo(file: string): ReturnType<typeof destination> {
  return destination({ dest: file, append: true, mkdir: true, sync: true })
}

function toLogger(child: Pino): Logger {
  const at = (level: 'trace' | 'debug' | 'info' | 'warn' | 'error') => (message: string, fields?: LogFields) => {
    if (fields === undefined) child[level](message)
    else child[level](fields, message)
  }
  return { trace: at('trace'), debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** Code, message, a trace that goes down to the last cause, and the first remedy on the way there. */
function errorFields(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const data = errorToData(error)
  const remedy = remedyOf(data)
  return { code: data.code, message: data.message, stack: stackTrace(data), ...(remedy === null ? {} : { remedy }) }
}
