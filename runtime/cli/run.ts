import { readFileSync } from 'node:fs'
import { isConnectError } from '../../api/index.ts'
import { commandUsage, connectorFileUsage, UsageError, usage } from './usage.ts'

type Name = keyof typeof commandUsage
type Command = (args: readonly string[]) => Promise<number>

/** Commands load what they need and nothing else: a dry run must not pay for a worker. */
const commands: Readonly<Record<Name, () => Promise<Command>>> = {
  dev: async () => (await import('./dev/dev.ts')).devCommand,
  broker: async () => (await import('./broker.ts')).brokerCommand,
  worker: async () => (await import('./worker.ts')).workerCommand,
  standalone: async () => (await import('./standalone.ts')).standaloneCommand,
  transform: async () => (await import('./transform.ts')).transformCommand,
  validate: async () => (await import('./validate.ts')).validateCommand,
}

/**
 * Runs a command; the exit code is 0 when all went well, 1 for faults found, 2 for a call or a configuration that
 * cannot be carried out, 3 for a connector that a standalone worker cannot run.
 */
export async function run(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args
  endQuietlyWithReader()
  if (name === undefined) {
    process.stderr.write(usage)
    return 2
  }
  if (name === '--version' || name === '-v' || name === 'version') {
    process.stdout.write(`sluice ${version()}\n`)
    return 0
  }
  const helpOnly = name === 'help' || name === '--help' || name === '-h'
  const wanted = helpOnly ? rest[0] : name
  if (wanted === undefined) {
    process.stdout.write(`${usage}\n${connectorFileUsage}`)
    return 0
  }
  if (!isCommand(wanted)) {
    process.stderr.write(`sluice: there is no command "${wanted}"\n\n${usage}`)
    return 2
  }
  if (helpOnly || rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(helpOf(wanted))
    return 0
  }
  return await runCommand(wanted, rest)
}

async function runCommand(name: Name, args: readonly string[]): Promise<number> {
  try {
    return await (await commands[name]())(args)
  } catch (error) {
    const help = error instanceof UsageError ? `\n${commandUsage[name]}` : ''
    process.stderr.write(`sluice ${name}: ${explain(error)}\n${help}`)
    return 2
  }
}

function isCommand(name: string): name is Name {
  return Object.hasOwn(commands, name)
}

/** Commands whose help says nothing, or all there is to say, of connector files. */
const noConnectorFiles: readonly Name[] = ['worker', 'standalone', 'broker']

function helpOf(name: Name): string {
  return noConnectorFiles.includes(name) ? commandUsage[name] : `${commandUsage[name]}\n${connectorFileUsage}`
}

function version(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as unknown
  return (manifest as { readonly version: string }).version
}

/** `sluice … | head`: whoever read has what it wanted, which is no failure. */
function endQuietlyWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(0)
  })
}

/** One line that says what is wrong, and how to mend it. */
export function explain(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  if (!isConnectError(error) || error.remedy === null) return message
  return `${/[.!?]$/.test(message) ? message : `${message}.`} ${error.remedy}`
}
