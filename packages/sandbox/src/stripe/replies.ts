import { createHash } from 'node:crypto'
import type { RawHash } from './form.js'
import { invalid, Refusal } from './refusal.js'
import { stripeLimits } from './settings.js'
import type { Reply } from './state.js'
import type { Work } from './work.js'

/** What makes two requests the same. */
export function fingerprintOf(method: string, path: string, params: RawHash): string {
  return createHash('sha256')
    .update(JSON.stringify([method, path, sorted(params)]))
    .digest('base64url')
}

function sorted(params: RawHash): unknown {
  const names = Object.keys(params).sort()
  return names.map((name) => {
    const value = params[name]
    return [name, typeof value === 'object' ? sorted(value) : value]
  })
}

/** The reply kept for an idempotency key, if it still is. @throws Refusal if it was used for something else */
export function keptReply(work: Work, key: string, fingerprint: string): Reply | undefined {
  if (key.length > 255) {
    throw invalid('Idempotency keys can be at most 255 characters long.')
  }
  const reply = work.get('replies', key)
  if (!reply || reply.atMs + stripeLimits.replyMs <= work.context.clock.now()) return undefined
  if (reply.fingerprint === fingerprint) return reply
  throw new Refusal(400, {
    type: 'idempotency_error',
    message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
  })
}

/** Creates the refusal of a key whose first request has not been answered yet. */
export function keyInUse(key: string): Refusal {
  return new Refusal(409, {
    type: 'idempotency_error',
    code: 'idempotency_key_in_use',
    message: `There is currently another in-progress request using this Stripe-Idempotent-Key (that probably means you submitted twice, and the other request is still going through): ${key}. If you meant to submit another request, use a different key.`,
  })
}
