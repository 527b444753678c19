/** How many single-character changes (or swaps of neighbours) lie between two texts; anything above `max` is `max + 1`. */
export function editDistance(left: string, right: string, max: number): number {
  if (Math.abs(left.length - right.length) > max) return max + 1
  let before: number[] = []
  let last = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let i = 1; i <= left.length; i++) {
    const row = [i]
    for (let j = 1; j <= right.length; j++) {
      const cost = left[i - 1] === right[j - 1] ? 0 : 1
      const best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost)
      const swapped = i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1]
      row.push(swapped ? Math.min(best, (before[j - 2] ?? 0) + 1) : best)
    }
    before = last
    last = row
  }
  return Math.min(last[right.length] ?? 0, max + 1)
}

/** The candidate that is nearest to a text, null when none is near enough to be what was meant. */
export function nearest(text: string, candidates: Iterable<string>, max = 2): string | null {
  let found: string | null = null
  let distance = max + 1
  for (const candidate of candidates) {
    const next = editDistance(text, candidate, max)
    if (next < distance) {
      found = candidate
      distance = next
    }
  }
  return found
}
