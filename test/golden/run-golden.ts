import { readFileSync } from 'node:fs'
import { isConnectError, isPlainObject } from '../../api/index.ts'
import { agrees, textsAgree } from './compare.ts'
import { answer } from './run-vector.ts'
import { toJsonText } from '../../runtime/cli/number-text.ts'
import { type ErrorKind, parseVector, type Vector } from './vectors.ts'

/** What came of one vector; `expected` and `got` are for the reader. */
export interface Outcome {
  readonly vector: Vector
  readonly passed: boolean
  readonly expected: string
  readonly got: string
}

/** Vectors that cannot pass, each with its reason in docs/differences.md. */
export const LISTED: ReadonlySet<string> = new Set(['0842-TimestampConverter-Value-full'])

export interface Summary {
  readonly outcomes: readonly Outcome[]
  /** `golden: P of T passed (successes p of t, errors p of t)` */
  readonly line: string
  /** Whether nothing fell short but what is listed. */
  readonly passed: boolean
}

/** The vectors of files of one JSON object a line. */
export function readVectors(files: readonly string[]): readonly Vector[] {
  return files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map(parseVector),
  )
}

/** Runs every vector; one whose kind or class is not built counts as failed. */
export async function runVectors(vectors: readonly Vector[]): Promise<Summary> {
  const outcomes: Outcome[] = []
  for (const vector of vectors) outcomes.push(await runVector(vector))
  const successes = outcomes.filter(({ vector }) => 'out' in vector.expect)
  const errors = outcomes.filter(({ vector }) => 'error' in vector.expect)
  const count = (list: readonly Outcome[]): number => list.filter((outcome) => outcome.passed).length
  const line =
    `golden: ${count(outcomes)} of ${outcomes.length} passed ` +
    `(successes ${count(successes)} of ${successes.length}, errors ${count(errors)} of ${errors.length})`
  const fallen = outcomes.filter((outcome) => !outcome.passed && !LISTED.has(outcome.vector.id))
  return { outcomes, line, passed: outcomes.length > 0 && fallen.length === 0 }
}

async function runVector(vector: Vector): Promise<Outcome> {
  try {
    const out = await answer(vector)
    return judgeAnswer(vector, out)
  } catch (error) {
    return judgeError(vector, error)
  }
}

function judgeAnswer(vector: Vector, out: unknown): Outcome {
  const got = toJsonText(out)
  if ('error' in vector.expect) return { vector, passed: false, expected: vector.expect.error.text, got }
  const passed = answersAgree(vector.expect.out, out)
  return { vector, passed, expected: toJsonText(vector.expect.out), got }
}

/** The `bytes` of an answer are text to be compared as such; all else is data. */
function answersAgree(expected: unknown, got: unknown): boolean {
  if (!isPlainObject(expected) || !isPlainObject(got) || !Object.hasOwn(expected, 'bytes')) return agrees(expected, got)
  const { bytes: expectedBytes, ...expectedRest } = expected
  const { bytes: gotBytes, ...gotRest } = got
  const sameBytes =
    typeof expectedBytes === 'string' && typeof gotBytes === 'string'
      ? textsAgree(expectedBytes, gotBytes)
      : expectedBytes === gotBytes
  return sameBytes && agrees(expectedRest, gotRest)
}

function judgeError(vector: Vector, error: unknown): Outcome {
  const kind = errorKind(error)
  const got = error instanceof Error ? `${kind ?? error.name}: ${error.message}` : String(error)
  if ('out' in vector.expect) return { vector, passed: false, expected: toJsonText(vector.expect.out), got }
  return { vector, passed: kind === vector.expect.error.kind, expected: vector.expect.error.text, got }
}

/** Null for an error that is none of ours, a bug for instance: it never passes. */
function errorKind(error: unknown): ErrorKind | null {
  const cause = error instanceof Error && error.name === 'StageFailure' ? error.cause : error
  if (!isConnectError(cause) || /could not be found/.test(cause.message)) return null
  if (cause.code === 'CONFIG_INVALID') return 'configuration'
  return cause.code === 'DATA_INVALID' || cause.code === 'CONNECT_FAILED' ? 'data' : null
}
