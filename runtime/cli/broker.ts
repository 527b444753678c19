import { resolve } from 'node:path'
import { startBroker } from './embedded-broker.ts'
import { portOption } from './port-option.ts'
import { explain } from './run.ts'
import { exitOnSecondSignal, stopSignal } from './signals.ts'
import { readArgs, UsageError } from './usage.ts'

const options = { host: { type: 'string' }, port: { type: 'string' }, data: { type: 'string' } } as const

/** `sluice broker`: the embedded broker alone, until it is told to stop. */
export async function brokerCommand(args: readonly string[]): Promise<number> {
  const { positionals, values } = readArgs(args, options)
  if (positionals.length > 0) throw new UsageError(`unexpected argument "${positionals[0]}"`)
  const stopped = stopSignal()
  const folder = values.data === undefined ? null : resolve(values.data)
  const settings = { host: values.host ?? '127.0.0.1', port: portOption(values.port, 'port') ?? 9092, folder }
  const broker = await startBroker(settings, {
    onError: (error) => process.stderr.write(`sluice broker: ${error}\n`),
    onTorn: (log, bytes) => process.stderr.write(tornText(log, bytes)),
  })
  const where = folder === null ? 'in memory: gone when it stops' : folder
  process.stdout.write(
    `Kafka  ${broker.bootstrap}\nData   ${where}\nFor development and tests; in production run Apache Kafka. Stop: Ctrl-C\n`,
  )
  const end = await Promise.race([stopped, broker.failed.catch((error: unknown) => ({ error }))])
  if (typeof end === 'object') {
    process.stderr.write(`sluice broker: ${explain(end.error)}\n`)
    return 2
  }
  exitOnSecondSignal()
  await broker.close()
  return 0
}

/** What a kill leaves: writes that nobody was told had succeeded. */
export function tornText(log: string, bytes: number): string {
  return `${log}: ${bytes} bytes of a write that was cut short were removed; it had not been acknowledged.\n`
}
