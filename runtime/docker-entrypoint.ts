/** Entry of the container image. */
import { runInContainer } from './cli/container.ts'

// As in main.ts: what plugins leave open must not keep the container alive.
process.exit(await runInContainer(process.argv.slice(2)))
