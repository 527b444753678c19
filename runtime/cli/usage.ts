/** A call that cannot be carried out as written; exit code 1, as the original's scripts have for wrong usage. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'UsageError'
  }
}

export const usage = `Usage: sluice COMMAND

  worker FILE.properties        a distributed worker, as connect-distributed
  transform CONNECTOR.json      dry run of its transforms: records in on standard input, one JSON a line, results out
  validate CONNECTOR...         checks connector files offline; one line for each fault, exit code 1 if there are any

A connector file is JSON, flat or {"name", "config"}, or .properties.
Worker properties may also come from CONNECT_* environment variables, which win over the file.
`
