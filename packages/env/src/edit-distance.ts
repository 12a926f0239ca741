/**
 * Levenshtein's distance: the insertions, deletions and substitutions that turn `from` into `to`; Infinity if they are
 * more than `limit`, which for names that have nothing in common is known after a few letters.
 */
export function editDistance(from: string, to: string, limit = Infinity): number {
  if (Math.abs(from.length - to.length) > limit) return Infinity
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    let least = i
    for (let j = 1; j <= to.length; j++) {
      const substitution = row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1)
      next[j] = Math.min(next[j - 1]! + 1, row[j]! + 1, substitution)
      least = Math.min(least, next[j]!)
    }
    if (least > limit) return Infinity
    row = next
  }
  const distance = row[to.length]!
  return distance > limit ? Infinity : distance
}

/** The candidate nearest to `name`, if it lies within so many edits; case is ignored. */
export function nearest(name: string, candidates: Iterable<string>, within: number): string | undefined {
  let best: string | undefined
  let limit = within
  for (const candidate of candidates) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase(), limit)
    if (distance <= limit) [best, limit] = [candidate, distance - 1]
  }
  return best
}
