/** One life of the sink: what it wrote to the file, and from where it had to begin. */
export interface Life {
  /** The file's size when the process had ended. */
  readonly endByte: number
  /** The group's committed offset when the life began. */
  readonly committed: number
  /** Something else than its own end came between, after which it may have begun anew. */
  readonly disturbed: boolean
}

export interface SinkFileCheck {
  /** Lines that a kill cut off: they stand as lines of their own, and come again whole. */
  readonly torn: number
  /** Lines written again, all of them behind the committed offset. */
  readonly repeated: number
  readonly faults: readonly string[]
}

const LF = 10
const faultsMax = 20

/**
 * The file is what the lives wrote one after another, and each life wrote the topic's lines from its committed offset
 * on, in order and whole. So a line that comes twice was behind the committed offset when a process was killed, a line
 * between two lives is lost only if the commit was ahead of the file, and only the last line of a life may be torn.
 */
export function checkSinkFile(
  file: Buffer,
  lives: readonly Life[],
  topic: { readonly count: number; line(offset: number): Buffer },
): SinkFileCheck {
  const faults: string[] = []
  let at = 0
  let torn = 0
  let repeated = 0
  let reached = 0
  for (const [index, { endByte, committed, disturbed }] of lives.entries()) {
    if (committed > reached) faults.push(`life ${index} began at ${committed}, but ${reached} lines were written`)
    let offset = committed
    const began = at
    if (at > 0 && at < endByte && file[at - 1] !== LF) {
      if (file[at] === LF) at += 1
      else faults.push(`life ${index} wrote on behind a torn line at byte ${at}`)
    }
    while (at < endByte && faults.length < faultsMax) {
      const end = file.indexOf(LF, at)
      const whole = end !== -1 && end < endByte
      const line = file.subarray(at, whole ? end : endByte)
      at += line.length + (whole ? 1 : 0)
      if (offset < topic.count && whole && topic.line(offset).equals(line)) offset += 1
      else if (!whole && isPrefix(line, topic, offset)) torn += 1
      else {
        const again = disturbed ? earlier(topic, offset, line) : -1
        if (again === -1) faults.push(`life ${index} (from byte ${began}): ${text(line)} at byte ${at} for ${offset}`)
        else repeated += offset - again
        offset = again === -1 ? offset : again + 1
      }
    }
    repeated += Math.max(Math.min(reached, offset) - committed, 0)
    reached = Math.max(reached, offset)
  }
  if (at !== file.length) faults.push(`${file.length - at} bytes come after the last life`)
  if (reached !== topic.count) faults.push(`${topic.count - reached} lines of the topic are not in the file`)
  return { torn, repeated, faults }
}

function isPrefix(
  piece: Buffer,
  topic: { readonly count: number; line(offset: number): Buffer },
  offset: number,
): boolean {
  return offset < topic.count && topic.line(offset).subarray(0, piece.length).equals(piece)
}

/** The nearest earlier offset with that line; -1 for none. */
function earlier(topic: { line(offset: number): Buffer }, before: number, line: Buffer): number {
  for (let offset = before - 1; offset >= 0; offset--) if (topic.line(offset).equals(line)) return offset
  return -1
}

function text(line: Buffer): string {
  return JSON.stringify(line.toString('utf8', 0, 60))
}
