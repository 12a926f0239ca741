import type { Request } from 'express'
import { ShopError } from '../problem.js'

/** One press of a button is one request, however often the network repeats it. */
export function idempotencyKey(req: Request): string {
  const key = req.get('idempotency-key')
  if (key && /^[\w-]{8,64}$/.test(key)) return key
  throw new ShopError(
    400,
    'IDEMPOTENCY_KEY_MISSING',
    'Send an Idempotency-Key header: a new UUID for each press of the button.',
  )
}
