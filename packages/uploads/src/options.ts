/** Throws a `TypeError` for the first key of `options` that is not in `known`, and names the nearest one that is. */
export function assertKnownKeys(where: string, options: object, known: readonly string[]): void {
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue
    const nearest = known.toSorted((a, b) => distance(key, a) - distance(key, b))[0]
    throw new TypeError(`${where}: unknown option "${key}". Did you mean "${nearest}"?`)
  }
}

/** Levenshtein's edit distance, case ignored. */
function distance(a: string, b: string): number {
  const [from, to] = [a.toLowerCase(), b.toLowerCase()]
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const substitution = row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, substitution))
    }
    row = next
  }
  return row[to.length]!
}

/** Throws a `TypeError` unless `value` is a whole number from `min` to `max`. */
export function assertWhole(name: string, value: number, min: number, max: number): void {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return
  throw new TypeError(`${name} is ${value}. It must be a whole number from ${min} to ${max}.`)
}
