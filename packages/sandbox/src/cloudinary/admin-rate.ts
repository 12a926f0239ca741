import type { CloudinaryContext } from './context.js'
import { Refusal } from './refusal.js'

const hourMs = 3_600_000

/**
 * Counts calls of the Admin API by the hour of sandbox time. What it creates counts one and returns the headers that say
 * what is left.
 */
export function createAdminRate({ clock, settings }: CloudinaryContext): () => Record<string, string> {
  let hour = -1
  let calls = 0
  return function countCall() {
    const now = Math.floor(clock.now() / hourMs)
    if (now !== hour) calls = 0
    hour = now
    calls++
    const limit = settings.adminCallsPerHour
    const resetAt = new Date((hour + 1) * hourMs)
    if (calls > limit) {
      const text = resetAt.toISOString().slice(0, 19).replace('T', ' ')
      throw new Refusal(
        420,
        `Rate Limit Exceeded. Limit of ${limit} api operations reached. Try again on ${text} UTC`,
      )
    }
    return {
      'x-featureratelimit-limit': String(limit),
      'x-featureratelimit-remaining': String(limit - calls),
      'x-featureratelimit-reset': resetAt.toUTCString(),
    }
  }
}
