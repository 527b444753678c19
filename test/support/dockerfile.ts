import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkout } from './command.ts'

export interface Instruction {
  /** In capitals. */
  readonly name: string
  readonly text: string
}

export interface Stage {
  readonly base: string
  readonly name: string | null
  readonly instructions: readonly Instruction[]
}

export interface Copy {
  /** The stage that is copied from; null for the build context. */
  readonly from: string | null
  readonly sources: readonly string[]
  readonly target: string
}

/** The stages of the project's Dockerfile, as far as it uses the language. */
export function readDockerfile(): readonly Stage[] {
  const lines = readFileSync(join(checkout, 'Dockerfile'), 'utf8')
    .split('\n')
    .filter((line) => !line.startsWith('#'))
  const instructions = lines
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, name = '', text = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? []
      return { name: name.toUpperCase(), text }
    })
  const defaults = new Map<string, string>()
  const stages: { base: string; name: string | null; instructions: Instruction[] }[] = []
  for (const { name, text } of instructions) {
    const stage = stages.at(-1)
    if (name === 'FROM') {
      const [, base = '', alias = null] = /^(\S+)(?: AS (\S+))?$/.exec(text) ?? []
      const image = base.replace(/^\$\{(\w+)\}$/, (_all, variable: string) => defaults.get(variable) ?? '')
      stages.push({ base: image, name: alias, instructions: [] })
    } else if (stage !== undefined) stage.instructions.push({ name, text })
    else if (name === 'ARG') defaults.set(text.split('=')[0] ?? '', text.split('=')[1] ?? '')
    else throw new Error(`${name} stands before the first stage`)
  }
  return stages
}

export function parseCopy(text: string): Copy {
  const words = text.split(/\s+/)
  const from = words[0]?.startsWith('--from=') === true ? (words.shift() ?? '').slice('--from='.length) : null
  const target = words.pop() ?? ''
  return { from, sources: words, target }
}

/** The one instruction of a name in a stage. */
export function only(stage: Stage, name: string): string {
  const found = stage.instructions.filter((instruction) => instruction.name === name)
  if (found.length !== 1) throw new Error(`${found.length} times ${name}`)
  return found[0]?.text ?? ''
}

/** The arguments of an ENTRYPOINT, or of the CMD of a HEALTHCHECK. */
export function execForm(text: string): readonly string[] {
  return JSON.parse(text.slice(text.indexOf('['))) as readonly string[]
}
