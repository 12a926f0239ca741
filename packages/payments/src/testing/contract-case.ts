/** One promise of a contract: rejects, with an `AssertionError`, where it is broken. Fits every test runner. */
export interface ContractCase {
  readonly name: string
  run(): Promise<void>
}

/** Beyond the length of any test. */
export const LONG_MS = 600_000

/** Tries until there is an answer: for leases and delays that are to end by themselves, on the store's own clock. */
export async function eventually<T>(attempt: () => Promise<T | null>): Promise<T> {
  const giveUpAt = Date.now() + 10_000
  for (;;) {
    const answer = await attempt()
    if (answer !== null) return answer
    if (Date.now() > giveUpAt) throw new Error('the store did not become ready in 10 s')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** The results of `count` calls made at once. */
export function atOnce<T>(count: number, call: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => call(index)))
}
