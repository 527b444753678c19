/*
 * What takes too long for every test run: much real text, and kills without end.
 *
 *   node dist/test/soak/main.js [--only whole,raw,kills,takeover,dev] [--mb N] [--raw-mb N] [--kill-mb N] [--kills N] [--dev-kills N]
 *                              [--takeovers N] [--seed N]
 */
import { parseArgs } from 'node:util'
import { startKafka } from '../services/kafka.ts'
import { Random } from '../sim/random.ts'
import { devKills } from './dev-kills.ts'
import { kills } from './kills.ts'
import { rawText } from './raw-text.ts'
import { Report } from './report.ts'
import { takeover } from './takeover.ts'
import { wholeText } from './whole-text.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'whole,raw,kills,takeover,dev' },
    mb: { type: 'string', default: '1000' },
    'raw-mb': { type: 'string', default: '20' },
    'kill-mb': { type: 'string', default: '200' },
    kills: { type: 'string', default: '25' },
    'dev-kills': { type: 'string', default: '50' },
    takeovers: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
})
const parts = values.only.split(',')
const report = new Report()
if (parts.includes('dev')) {
  report.figure('seed', values.seed)
  await devKills(Number(values['dev-kills']), new Random(Number(values.seed)), report)
}
if (parts.every((part) => part === 'dev')) process.exit(report.failed ? 1 : 0)
const kafka = await startKafka()
try {
  if (parts.includes('whole')) await wholeText(kafka, Number(values.mb), report)
  if (parts.includes('raw')) await rawText(kafka, Number(values['raw-mb']), report)
  if (parts.includes('takeover')) await takeover(kafka, Number(values.takeovers), report)
  if (parts.includes('kills')) {
    report.figure('seed', values.seed)
    const random = new Random(Number(values.seed))
    await kills(kafka, { megabytes: Number(values['kill-mb']), kills: Number(values.kills), random }, report)
  }
} finally {
  await kafka.stop()
}
process.exit(report.failed ? 1 : 0)
