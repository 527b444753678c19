#!/usr/bin/env node
// Compares our transforms and converters with recorded answers of the genuine ones: npm run golden [-- FILE...]
// Without files: test/golden/connect.jsonl. Needs the compiled tests (npm run build).
import { main } from '../dist/test/golden/main.js'

process.exitCode = await main(process.argv.slice(2))
