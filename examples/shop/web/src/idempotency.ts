import { ApiError } from './api'
import { keep } from './storage'

const kept = keep(() => sessionStorage, 'soko.wish')

/**
 * Runs `send` with a key of its own for each press of a button. A press of which nobody knows what became of it
 * (no answer came) leaves its key behind, reload or not: the same wish pressed again is the same request.
 */
export async function onePress<T>(wish: string, send: (idempotencyKey: string) => Promise<T>): Promise<T> {
  const [lastWish, lastKey] = JSON.parse(kept.read() ?? '[]') as string[]
  const key = lastWish === wish && lastKey ? lastKey : newKey()
  kept.write(JSON.stringify([wish, key]))
  try {
    const answer = await send(key)
    kept.write(null)
    return answer
  } catch (error) {
    if (!(error instanceof ApiError && error.uncertain)) kept.write(null)
    throw error
  }
}

// crypto.randomUUID exists over https and on localhost alone; a phone that tries the shop over the LAN has neither.
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
