/** Entry of the command line. */
import { run } from './cli/run.ts'

// Not left to the event loop: a plugin's thread or socket that does not end must not keep a stopped worker alive.
process.exit(await run(process.argv.slice(2)))
