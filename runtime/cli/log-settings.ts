import { ConnectError } from '../../api/index.ts'
import { isLogLevel, type LogLevel, logLevels, rootLogger } from '../platform/log-levels.ts'

type Environment = Readonly<Record<string, string | undefined>>
type Levels = Record<string, LogLevel>

/** `CONNECT_LOG4J_LOGGER_ORG_APACHE_KAFKA` of debezium/connect: one logger a variable, its name in lower case. */
const oneLogger = 'CONNECT_LOG4J_LOGGER_'

/**
 * Levels of loggers that the environment sets: the variables of the well-known images, and over them
 * `SLUICE_LOG_LEVEL` (of all) and `SLUICE_LOG_LEVELS` (`name=LEVEL,…`).
 * @throws `CONFIG_INVALID` naming the variable
 */
export function startLevels(environment: Environment): Readonly<Levels> {
  const levels: Levels = {}
  setRoot(levels, 'CONNECT_LOG4J_ROOT_LOGLEVEL', environment)
  setListed(levels, 'CONNECT_LOG4J_LOGGERS', environment)
  for (const [variable, text] of Object.entries(environment)) {
    if (!variable.startsWith(oneLogger) || text === undefined || text === '') continue
    const name = variable.slice(oneLogger.length).toLowerCase().replaceAll('_', '.')
    levels[name] = levelOf(text, variable)
  }
  setRoot(levels, 'SLUICE_LOG_LEVEL', environment)
  setListed(levels, 'SLUICE_LOG_LEVELS', environment)
  return levels
}

function setRoot(levels: Levels, variable: string, environment: Environment): void {
  const text = environment[variable]?.trim() ?? ''
  if (text !== '') levels[rootLogger] = levelOf(text, variable)
}

/** In debezium/connect `CONNECT_LOG4J_LOGGERS` is log4j's `LEVEL, appender` of the root: only the level counts. */
function setListed(levels: Levels, variable: string, environment: Environment): void {
  for (const item of (environment[variable] ?? '').split(',').map((text) => text.trim())) {
    const [name = '', level] = item.split('=').map((text) => text.trim())
    if (level !== undefined) levels[name === '' ? rootLogger : name] = levelOf(level, variable)
    else if (isLogLevel(name.toUpperCase())) levels[rootLogger] = levelOf(name, variable)
    else if (name !== '' && variable === 'SLUICE_LOG_LEVELS') throw notALevel(name, variable)
  }
}

function levelOf(text: string, variable: string): LogLevel {
  const level = text.trim().toUpperCase()
  if (isLogLevel(level)) return level
  throw notALevel(text, variable)
}

function notALevel(text: string, variable: string): ConnectError {
  return new ConnectError('CONFIG_INVALID', `The environment variable ${variable} holds no log level: ${text}`, {
    remedy: `Levels are ${logLevels.join(', ')}; a single logger is name=LEVEL.`,
  })
}
