import type { Declined } from './attempts.js'
import type { BalanceTransaction, Charge, ChargeOutcome, PaymentIntent, PaymentMethod } from './objects.js'
import { account, stripeLimits } from './settings.js'
import type { Work } from './work.js'

/** Stripe's fee on cards, without its fixed part, which differs from currency to currency. */
const feeRate = 0.029

/** Records an attempt to charge: an authorization, or with `failure` a declined one. */
export function addCharge(
  work: Work,
  intent: PaymentIntent,
  method: PaymentMethod,
  failure?: Declined,
): Charge {
  const { card } = method
  const isHeld = !failure && intent.capture_method === 'manual'
  const charge: Charge = {
    id: work.context.ids.charge(),
    object: 'charge',
    amount: intent.amount,
    amount_captured: 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: method.billing_details,
    calculated_statement_descriptor: intent.statement_descriptor ?? account.name.toUpperCase(),
    captured: false,
    created: work.now,
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: failure?.code ?? null,
    failure_message: failure?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: intent.metadata,
    on_behalf_of: null,
    outcome: outcomeOf(failure),
    paid: !failure,
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: {
      type: 'card',
      card: {
        amount_authorized: failure ? null : intent.amount,
        authorization_code: failure ? null : '123456',
        brand: card.brand,
        ...(isHeld && { capture_before: work.now + stripeLimits.authorizationMs / 1000 }),
        checks: card.checks,
        country: card.country,
        electronic_commerce_indicator: null,
        exp_month: card.exp_month,
        exp_year: card.exp_year,
        fingerprint: card.fingerprint,
        funding: card.funding,
        installments: null,
        last4: card.last4,
        mandate: null,
        network: card.brand,
        network_transaction_id: null,
        regulated_status: card.regulated_status,
        three_d_secure: null,
        transaction_link_id: null,
        wallet: null,
      },
    },
    receipt_email: intent.receipt_email,
    receipt_number: null,
    receipt_url: null,
    refunded: false,
    review: null,
    shipping: intent.shipping,
    source: null,
    source_transfer: null,
    statement_descriptor: intent.statement_descriptor,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    status: failure ? 'failed' : 'succeeded',
    transfer_data: null,
    transfer_group: intent.transfer_group,
  }
  work.set('charges', charge.id, charge)
  return charge
}

/** Takes `amount` of what was authorized; the rest is let go. */
export function captureCharge(work: Work, charge: Charge, amount: number): Charge {
  const fee = Math.round(amount * feeRate)
  const transaction = addBalanceTransaction(work, {
    amount,
    currency: charge.currency,
    description: charge.description,
    fee,
    source: charge.id,
    type: 'charge',
    available_on: work.now + stripeLimits.settlementMs / 1000,
  })
  const captured = { ...charge, captured: true, amount_captured: amount, balance_transaction: transaction.id }
  work.set('charges', captured.id, captured)
  return captured
}

/** Moves the balance. */
export function addBalanceTransaction(
  work: Work,
  movement: Pick<
    BalanceTransaction,
    'amount' | 'available_on' | 'currency' | 'description' | 'fee' | 'source' | 'type'
  > &
    Partial<Pick<BalanceTransaction, 'reporting_category'>>,
): BalanceTransaction {
  const { fee, currency, amount, type } = movement
  const transaction: BalanceTransaction = {
    ...movement,
    id: work.context.ids.balanceTransaction(),
    object: 'balance_transaction',
    balance_type: 'payments',
    created: work.now,
    exchange_rate: null,
    fee_details:
      fee !== 0
        ? [
            {
              amount: fee,
              application: null,
              currency,
              description: 'Stripe processing fees',
              type: 'stripe_fee',
            },
          ]
        : [],
    net: amount - fee,
    reporting_category: movement.reporting_category ?? (type === 'adjustment' ? 'other_adjustment' : type),
    status: 'pending',
  }
  work.set('balanceTransactions', transaction.id, transaction)
  return transaction
}

function outcomeOf(failure: Declined | undefined): ChargeOutcome {
  const base = { advice_code: null, network_advice_code: null, risk_level: 'normal', risk_score: 20 } as const
  if (!failure) {
    return {
      ...base,
      network_decline_code: null,
      network_status: 'approved_by_network',
      reason: null,
      seller_message: 'Payment complete.',
      type: 'authorized',
    }
  }
  return {
    ...base,
    network_decline_code: null,
    network_status: 'declined_by_network',
    reason: failure.declineCode ?? failure.code,
    seller_message: 'The bank did not return any further details with this decline.',
    type: 'issuer_declined',
  }
}
