import { readFileSync } from 'node:fs'
import { parseVector, type Vector } from '../golden/vectors.ts'

/**
 * The vectors of a file whose lines are vectors or definitions `["name",JSON]`; `"@name"` stands for what is defined,
 * also within definitions that follow.
 */
export function readWithDefinitions(file: URL): readonly Vector[] {
  const definitions = new Map<string, string>()
  const expanded = (text: string): string =>
    text.replace(/"@(\w+)"/g, (_reference, name: string) => {
      const found = definitions.get(name)
      if (found === undefined) throw new Error(`${name} is not defined`)
      return found
    })
  const vectors: Vector[] = []
  for (const line of readFileSync(file, 'utf8').trimEnd().split('\n')) {
    const definition = /^\["(\w+)",(.*)\]$/.exec(line)
    if (definition === null) vectors.push(parseVector(expanded(line)))
    else definitions.set(definition[1] ?? '', expanded(definition[2] ?? ''))
  }
  return vectors
}
