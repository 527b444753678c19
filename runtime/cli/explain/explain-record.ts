import { type ConnectRecord, errorToData, type Props } from '../../../api/index.ts'
import type { TransformationStage } from '../../core/transformation-chain.ts'
import { withPrefix } from '../../core/with-prefix.ts'
import { simpleName } from '../../plugins/aliases.ts'
import { fieldHints } from './field-hints.ts'
import { recordDiff } from './record-diff.ts'

export interface Explanation {
  readonly lines: readonly string[]
  /** Null when it was dropped, or when a stage failed. */
  readonly record: ConnectRecord | null
  readonly failed: boolean
}

/** What each stage makes of a record: the changes, and what may be wrong with its configuration. */
export async function explainRecord<R extends ConnectRecord>(
  record: R,
  stages: readonly TransformationStage[],
  config: Props,
  format: (record: R | null) => Promise<string>,
): Promise<Explanation> {
  const lines: string[] = []
  let current = record
  for (const stage of stages) {
    lines.push(`  ${stage.alias} (${stage.className.slice(stage.className.lastIndexOf('.') + 1)})`)
    const say = (...texts: readonly string[]): void => void lines.push(...texts.map((text) => `    ${text}`))
    const hints = fieldHints(stage.className, withPrefix(config, `transforms.${stage.alias}.`), current)
    try {
      if (!(await isMeant(stage, current))) {
        say(`passed by: its predicate ${stage.negate ? 'holds, and is negated' : 'does not hold'}`)
        continue
      }
      const next = await stage.transformation.apply<R>(current)
      if (next === null) {
        say('dropped')
        return { lines, record: null, failed: false }
      }
      const changes = next === current ? [] : recordDiff(await format(current), await format(next))
      say(...(changes.length > 0 ? changes : ['nothing changed']), ...hints)
      current = next
    } catch (error) {
      const { javaClass, message, remedy } = errorToData(error)
      say(`failed: ${simpleName(javaClass)}: ${message}`, ...(remedy === null ? [] : [remedy]), ...hints)
      return { lines, record: null, failed: true }
    }
  }
  return { lines, record: current, failed: false }
}

async function isMeant({ predicate, negate }: TransformationStage, record: ConnectRecord): Promise<boolean> {
  return predicate === null || (await predicate.test(record)) !== negate
}
