/** How often, and after which waits, something that failed is tried again. */
export interface RetryPolicy {
  /** Upper bound of the first wait. Default 2 000. */
  baseMs?: number
  /** Upper bound of every wait. Default 3 600 000. */
  capMs?: number
  /** Tries before it is dead. Default 20: nine hours at the most, half of that on average. */
  maxAttempts?: number
}

/**
 * Full jitter: anything between nothing and the exponential bound, so that what failed together does not come
 * back together (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 */
export function backoffMs(
  attempt: number,
  { baseMs, capMs }: Required<RetryPolicy>,
  random = Math.random,
): number {
  return Math.floor(random() * Math.min(capMs, baseMs * 2 ** (attempt - 1)))
}
