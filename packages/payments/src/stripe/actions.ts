import type { CaptureRequest } from '../provider.js'
import type { ActionResult } from '../provider-refunds.js'
import { toStripeAmount } from './amount.js'
import type { StripeClient } from './create-stripe.js'
import { startFailure } from './failures.js'
import { stripeIntentOf } from './intent.js'

/** Capture and cancel. Both change what can be changed only once, so that a repetition does no harm. */
export function stripeActions(client: StripeClient) {
  const intentOf = stripeIntentOf(client)

  async function capture({ providerRef, amount, idempotencyKey }: CaptureRequest): Promise<ActionResult> {
    return attempted(async () => {
      const params = { amount_to_capture: toStripeAmount(amount).amount }
      await client.paymentIntents.capture((await intentOf(providerRef))!, params, { idempotencyKey })
    })
  }

  /** Of Checkout the session is to be expired (Stripe refuses to cancel its intent) unless the money is held. */
  async function cancel({ providerRef }: { providerRef: string }): Promise<ActionResult> {
    return attempted(async () => {
      if (!providerRef.startsWith('cs_')) return void (await client.paymentIntents.cancel(providerRef))
      const session = await client.checkout.sessions.retrieve(providerRef, { expand: ['payment_intent'] })
      const { payment_intent: intent, status } = session
      const isHeld = typeof intent === 'object' && intent?.status === 'requires_capture'
      if (isHeld) await client.paymentIntents.cancel(intent.id)
      else if (status === 'open') await client.checkout.sessions.expire(providerRef)
    })
  }

  return { capture, cancel }
}

async function attempted(act: () => Promise<void>): Promise<ActionResult> {
  try {
    await act()
    return { outcome: 'accepted' }
  } catch (error) {
    return startFailure(error)
  }
}
