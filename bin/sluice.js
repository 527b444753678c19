#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const entry = new URL('../dist/runtime/main.js', import.meta.url)
if (!existsSync(fileURLToPath(entry))) {
  process.stderr.write('sluice is not built. Run "npm ci" (or "npm run build") in its folder first.\n')
  process.exit(2)
}
await import(entry.href)
