/** The container image's health check. */
import { healthCheck } from './cli/health-check.ts'

process.exit(await healthCheck(process.env))
