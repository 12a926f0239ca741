import type { StartRequest, StartResult } from '../provider.js'
import { toStripeAmount } from './amount.js'
import type { ReturnUrl, StripeClient, StripeOptions } from './create-stripe.js'
import { startFailure } from './failures.js'
import { metadataOf } from './metadata.js'
import { nextOfIntent, nextOfSession } from './read.js'

/**
 * Creates a Checkout Session or a Payment Intent under the key that was stored. Everything sent follows from the
 * stored payment, so that the same key always goes with the same parameters. No `payment_method_types`: Stripe chooses
 * by dashboard, country and currency, and refuses the parameter since 2026-09-30.
 */
export function stripeStart(
  client: StripeClient,
  { checkout, capture, sendReceipts }: Pick<StripeOptions, 'checkout' | 'capture' | 'sendReceipts'>,
) {
  return async function start(request: StartRequest): Promise<StartResult> {
    try {
      return await (checkout ? startSession(request, checkout) : startIntent(request))
    } catch (error) {
      return startFailure(error)
    }
  }

  async function startIntent(request: StartRequest): Promise<StartResult> {
    const { idempotencyKey, description, payer } = request
    const intent = await client.paymentIntents.create(
      {
        ...toStripeAmount(request.amount),
        description,
        metadata: metadataOf(request, false),
        ...(capture === 'manual' && { capture_method: capture }),
        ...(sendReceipts && payer.email !== undefined && { receipt_email: payer.email }),
      },
      { idempotencyKey },
    )
    const next = nextOfIntent(intent)
    return { outcome: 'accepted', status: 'pending', providerRef: intent.id, ...(next && { next }) }
  }

  async function startSession(
    request: StartRequest,
    { successUrl, cancelUrl }: NonNullable<StripeOptions['checkout']>,
  ): Promise<StartResult> {
    const { paymentId, idempotencyKey, description, payer } = request
    const { amount, currency } = toStripeAmount(request.amount)
    const metadata = metadataOf(request, true)
    const session = await client.checkout.sessions.create(
      {
        mode: 'payment',
        line_items: [
          { quantity: 1, price_data: { currency, unit_amount: amount, product_data: { name: description } } },
        ],
        client_reference_id: paymentId,
        metadata,
        payment_intent_data: {
          description,
          metadata,
          ...(capture === 'manual' && { capture_method: capture }),
        },
        success_url: urlOf(successUrl, request),
        ...(cancelUrl !== undefined && { cancel_url: urlOf(cancelUrl, request) }),
        ...(payer.email !== undefined && { customer_email: payer.email }),
      },
      { idempotencyKey },
    )
    const next = nextOfSession(session)
    return { outcome: 'accepted', status: 'pending', providerRef: session.id, ...(next && { next }) }
  }
}

function urlOf(url: ReturnUrl, { paymentId, reference }: StartRequest): string {
  return typeof url === 'function' ? url({ paymentId, reference }) : url
}
