import { parseArgs } from 'node:util'

/** A call that cannot be carried out as written; exit code 2, as for a configuration that cannot be. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'UsageError'
  }
}

/** What `sluice COMMAND --help` prints. */
export const commandUsage = {
  dev: `Usage: sluice dev [--port PORT] [--kafka-port PORT] [DIR]

Kafka and Kafka Connect in one process, for development: the embedded broker, a worker on it, and every connector file
of DIR deployed, .json and .properties. A file that is new or changes is deployed anew; what is changed by REST stays.
Paths in the files count from DIR. A worker.properties there, and CONNECT_* variables, add to the worker's own
properties. Records, offsets and connectors are kept in DIR/.sluice: the next start goes on where this one ended; the log
is there too, as text, and SLUICE_LOG_LEVEL and SLUICE_LOG_LEVELS count.
Without DIR nothing is deployed, and .sluice is in the current folder.

  --port PORT         where REST listens; 8083, or any other where that is taken
  --kafka-port PORT   where Kafka listens; 9092, or any other where that is taken

SIGINT (Ctrl-C) and SIGTERM stop it in good order, a second one at once.
`,
  broker: `Usage: sluice broker [--host HOST] [--port PORT] [--data DIR]

The embedded Kafka broker alone, for development and tests: one node, in memory (512 MB of records at most) unless it has
a folder.

  --host HOST   where it listens, and what it tells clients; 127.0.0.1
  --port PORT   9092; 0 is any free one
  --data DIR    keeps records, topics and offsets there
`,
  worker: `Usage: sluice worker [FILE.properties]

A distributed worker, as connect-distributed. Worker properties may also come from CONNECT_* environment variables,
which win over the file, or stand alone: CONNECT_GROUP_ID is group.id, a double underscore stands for one, a triple one
for a dash. SIGINT and SIGTERM stop it in good order. Exit code 2 when it could not start or go on.

  SLUICE_LOG_FORMAT   text or json; unset, it is text on a terminal and json elsewhere
  SLUICE_LOG_LEVEL    of all loggers: OFF, FATAL, ERROR, WARN, INFO (as when unset), DEBUG, TRACE, ALL
  SLUICE_LOG_LEVELS   of single ones and those below them: org.apache.kafka.connect.runtime=DEBUG,org.acme=WARN
`,
  standalone: `Usage: sluice standalone FILE.properties [CONNECTOR...]

A worker by itself, as connect-standalone: no group and no internal topics; source offsets are in the file that
offset.storage.file.filename names, in the form of the Java worker. Connectors come from the files and by REST; those by
REST are gone with the process. A connector file is JSON, flat or {"name", "config", "initial_state"}, or .properties; it
must name its connector. CONNECT_*, SLUICE_LOG_* and signals as for sluice worker. Exit code 3 when a connector file
cannot be used or its connector does not start, 2 when the worker could not start or go on.
`,
  transform: `Usage: sluice transform [--explain] [--topic TOPIC] [--values] CONNECTOR.json < records.jsonl

Dry run of a connector's transforms and predicates, without Kafka: one JSON a line in, one JSON a line out.

A line is a record's value, or, when it is an object with a "topic" or a "value", the record in full:
  {"topic","partition","offset","timestamp","key","value","headers":[{"key","value"}]}
Keys and values without a schema are plain JSON; with one they are {"schema":…,"payload":…}. null is none.

  --explain       for people: after each transform what has changed, and which fields it names that are not there
  --topic TOPIC   topic of records that name none; otherwise the connector's "topic", or the first of its "topics"
  --values        every line is a value, also one that has a "topic" or a "value"

Out comes the record in full, keys and values always as {"schema","payload"}; {"filtered":true} for one that was
dropped; {"error":{"class","message","transform"},"line"} for one that failed. Exit code 1 when any failed.
`,
  validate: `Usage: sluice validate CONNECTOR...

Checks connector files without Kafka: one line for each fault. Exit code 1 when there are any.
`,
} as const

export const connectorFileUsage = `A connector file is JSON, flat or {"name", "config"}, or .properties; without a "name" the connector is named as the file.
CONNECT_PLUGIN_PATH names folders with plugins of your own.
`

export const usage = `Usage: sluice COMMAND

  dev [DIR]                     an embedded broker, a worker, and the connector files of DIR: for development
  worker [FILE.properties]      a distributed worker, as connect-distributed
  standalone FILE.properties [CONNECTOR...]
                                a worker by itself, as connect-standalone
  transform CONNECTOR.json      dry run of its transforms: records in on standard input, one JSON a line, results out
  validate CONNECTOR...         checks connector files offline; one line for each fault
  broker                        the embedded broker alone
  help [COMMAND], --version

Exit codes: 0 all well, 1 faults found (transform, validate), 2 a call or a configuration that cannot be carried out,
3 a connector that standalone cannot run.
`

type Options = Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>

interface Args<T extends Options> {
  readonly positionals: readonly string[]
  readonly values: { readonly [K in keyof T]?: T[K]['type'] extends 'string' ? string : boolean }
}

/** Arguments of a command. @throws `UsageError` for an option it does not have */
export function readArgs<const T extends Options>(args: readonly string[], options: T): Args<T> {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true }) as Args<T>
  } catch (error) {
    // Its first sentence; the others are about arguments that begin with a dash.
    throw new UsageError(error instanceof Error ? (error.message.split('. ')[0] ?? error.message) : String(error))
  }
}
