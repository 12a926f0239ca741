import type Stripe from 'stripe'
import { describe, expectTypeOf, it } from 'vitest'
import type * as ours from '../../src/stripe/objects.js'
import type { ThinEvent } from '../../src/stripe/thin-events.js'

type FieldsOf<T> = T extends unknown ? keyof T : never

/** The fields of ours that Stripe's object does not have: none. */
type Invented<Ours, Theirs> = Exclude<FieldsOf<Ours>, FieldsOf<Theirs>>

// What the API answers is typed in src; these lines hold it against the SDK's own types. The compiler is the test.
describe('the objects of the sandbox are those of Stripe', () => {
  it('in every field that must be there, and in its type', () => {
    expectTypeOf<ours.PaymentIntent>().toExtend<Stripe.PaymentIntent>()
    expectTypeOf<ours.Charge>().toExtend<Stripe.Charge>()
    expectTypeOf<ours.Refund>().toExtend<Stripe.Refund>()
    expectTypeOf<ours.PaymentMethod>().toExtend<Stripe.PaymentMethod>()
    expectTypeOf<ours.BalanceTransaction>().toExtend<Stripe.BalanceTransaction>()
    expectTypeOf<ours.WebhookEndpoint>().toExtend<Stripe.WebhookEndpoint>()
    expectTypeOf<ours.Customer>().toExtend<Stripe.Customer>()
    expectTypeOf<ours.Dispute>().toExtend<Stripe.Dispute>()
    expectTypeOf<ours.CheckoutSession>().toExtend<Stripe.Checkout.Session>()
    expectTypeOf<ours.Product>().toExtend<Stripe.Product>()
    expectTypeOf<Omit<ours.LineItem, 'price'>>().toExtend<Omit<Stripe.LineItem, 'price'>>()
    // On the wire a decimal is a string; the SDK makes an object of it.
    expectTypeOf<Omit<ours.Price, 'unit_amount_decimal'>>().toExtend<
      Omit<Stripe.Price, 'unit_amount_decimal'>
    >()
    expectTypeOf<ThinEvent['type']>().toExtend<Stripe.V2.Core.Event['type']>()
    expectTypeOf<Omit<ThinEvent, 'type'>>().toExtend<
      Omit<Stripe.V2.Core.Event, 'fetchRelatedObject' | 'type'>
    >()
    expectTypeOf<ours.EventType>().toExtend<Stripe.Event['type']>()
    expectTypeOf<Omit<ours.Event, 'data' | 'type'>>().toExtend<Omit<Stripe.Event, 'data' | 'type'>>()
  })

  it('with no field that Stripe has not', () => {
    expectTypeOf<Invented<ours.PaymentIntent, Stripe.PaymentIntent>>().toBeNever()
    expectTypeOf<Invented<ours.Charge, Stripe.Charge>>().toBeNever()
    expectTypeOf<Invented<ours.ChargeCard, Stripe.Charge.PaymentMethodDetails.Card>>().toBeNever()
    expectTypeOf<Invented<ours.Refund, Stripe.Refund>>().toBeNever()
    expectTypeOf<Invented<ours.PaymentMethod, Stripe.PaymentMethod>>().toBeNever()
    expectTypeOf<Invented<ours.PaymentMethod['card'], Stripe.PaymentMethod.Card>>().toBeNever()
    expectTypeOf<Invented<ours.BalanceTransaction, Stripe.BalanceTransaction>>().toBeNever()
    expectTypeOf<Invented<ours.WebhookEndpoint, Stripe.WebhookEndpoint>>().toBeNever()
    expectTypeOf<Invented<ours.Customer, Stripe.Customer>>().toBeNever()
    expectTypeOf<Invented<ours.Dispute, Stripe.Dispute>>().toBeNever()
    expectTypeOf<Invented<ours.Dispute['evidence'], Stripe.Dispute.Evidence>>().toBeNever()
    expectTypeOf<Invented<ours.Dispute['evidence_details'], Stripe.Dispute.EvidenceDetails>>().toBeNever()
    expectTypeOf<Invented<ours.CheckoutSession, Stripe.Checkout.Session>>().toBeNever()
    expectTypeOf<Invented<ours.LineItem, Stripe.LineItem>>().toBeNever()
    expectTypeOf<Invented<ours.Price, Stripe.Price>>().toBeNever()
    expectTypeOf<Invented<ours.Product, Stripe.Product>>().toBeNever()
    expectTypeOf<Invented<ThinEvent, Stripe.V2.Core.Event>>().toBeNever()
    expectTypeOf<Invented<ours.Event, Stripe.Event>>().toBeNever()
  })
})
