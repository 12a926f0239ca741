/** Throws a `TypeError` when `options` has a key that is not in `known`; names the nearest known one. */
export function assertKnownKeys(where: string, options: object, known: readonly string[]): void {
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue
    throw new TypeError(`${where}: unknown option "${key}". Did you mean "${nearest(key, known)}"?`)
  }
}

function nearest(key: string, known: readonly string[]): string {
  return known.reduce(
    (best, name) => (distance(key, name) < distance(key, best) ? name : best),
    known[0] ?? '',
  )
}

function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1)
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[b.length] ?? 0
}
