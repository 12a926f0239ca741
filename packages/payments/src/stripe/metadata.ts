/** What we write onto Stripe's objects, and read from events and look-ups. */
export interface Owner {
  readonly paymentId: string
  readonly attemptId: string
  /** True for a Payment Intent that a Checkout Session of ours has made. */
  readonly viaCheckout: boolean
}

/** The metadata that names a payment. Visible in Stripe's dashboard. */
export function metadataOf(
  { paymentId, attemptId, reference }: { paymentId: string; attemptId: string; reference: string },
  viaCheckout: boolean,
): Record<string, string> {
  return {
    ementech_payment: paymentId,
    ementech_attempt: attemptId,
    ementech_via: viaCheckout ? 'checkout' : 'intent',
    reference: reference.slice(0, 500),
  }
}

/** Whose an object is; undefined for those of other programs in the same account. */
export function ownerOf(object: unknown): Owner | undefined {
  const metadata = ownValue(object, 'metadata')
  const paymentId = ownValue(metadata, 'ementech_payment')
  const attemptId = ownValue(metadata, 'ementech_attempt')
  if (typeof paymentId !== 'string' || typeof attemptId !== 'string') return undefined
  if (paymentId === '' || attemptId === '') return undefined
  return { paymentId, attemptId, viaCheckout: ownValue(metadata, 'ementech_via') === 'checkout' }
}

/** An own property: what came as JSON may be called `__proto__` or `constructor`. */
export function ownValue(object: unknown, key: string): unknown {
  if (typeof object !== 'object' || object === null || !Object.hasOwn(object, key)) return undefined
  return (object as Record<string, unknown>)[key]
}
