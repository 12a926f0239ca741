/** @internal Pauses that double up to a limit, spread by half so that clients do not come back in step. */
export function createBackoff(firstMs: number, longestMs: number): { next(): number; reset(): void } {
  let count = 0
  return {
    next: () => Math.min(longestMs, firstMs * 2 ** count++) * (0.5 + Math.random()),
    reset: () => void (count = 0),
  }
}
