export interface TopicCheck {
  /** Times that the topic goes back to a line that it has already: after a restart of the source, or a resend. */
  readonly repeats: number
  readonly repeated: number
  /** What is wrong, in words. */
  readonly faults: readonly string[]
}

/**
 * The line numbers of a topic in order. Each must be the next one, or one that was there before, from where it goes on:
 * whoever skips a line has lost it.
 */
export function checkTopic(numbers: readonly number[], count: number): TopicCheck {
  const faults: string[] = []
  let repeats = 0
  let previous = -1
  for (const [offset, number] of numbers.entries()) {
    if (number < 0) faults.push(`offset ${offset} holds no line of the text`)
    else if (number > previous + 1) faults.push(`offset ${offset} holds line ${number} after line ${previous}`)
    else if (number <= previous) repeats += 1
    previous = Math.max(number, 0)
  }
  const distinct = new Set(numbers.filter((number) => number >= 0)).size
  if (distinct !== count) faults.push(`${count - distinct} lines are missing`)
  return { repeats, repeated: numbers.length - distinct, faults }
}
