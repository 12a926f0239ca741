/** What becomes of a payment with a test card. */
export type CardOutcome =
  | { kind: 'approved'; afterwards?: 'dispute' | 'refundFails' | 'refundIsPending' }
  | { kind: 'authenticate' }
  | { kind: 'declined'; code: string; declineCode: string | null; message: string }

/** A test card. */
export interface Card {
  number: string
  brand: string
  outcome: CardOutcome
}

const approved: CardOutcome = { kind: 'approved' }
const authenticate: CardOutcome = { kind: 'authenticate' }

function declined(message: string, code: string, declineCode: string | null = null): CardOutcome {
  return { kind: 'declined', code, declineCode, message }
}

const wasDeclined = 'Your card was declined.'

/** Test methods by the names that the API takes, as on docs.stripe.com/testing. */
const cards: Record<string, Card> = {
  pm_card_visa: card('4242424242424242', approved),
  pm_card_visa_debit: card('4000056655665556', approved),
  pm_card_mastercard: card('5555555555554444', approved, 'mastercard'),
  pm_card_mastercard_debit: card('5200828282828210', approved, 'mastercard'),
  pm_card_mastercard_prepaid: card('5105105105105100', approved, 'mastercard'),
  pm_card_amex: card('378282246310005', approved, 'amex'),
  pm_card_discover: card('6011111111111117', approved, 'discover'),
  pm_card_diners: card('3056930009020004', approved, 'diners'),
  pm_card_jcb: card('3566002020360505', approved, 'jcb'),
  pm_card_createDispute: card('4000000000000259', { kind: 'approved', afterwards: 'dispute' }),
  pm_card_refundFail: card('4000000000005126', { kind: 'approved', afterwards: 'refundFails' }),
  pm_card_pendingRefund: card('4000000000007726', { kind: 'approved', afterwards: 'refundIsPending' }),
  pm_card_chargeDeclined: card('4000000000000002', declined(wasDeclined, 'card_declined', 'generic_decline')),
  pm_card_chargeDeclinedInsufficientFunds: card(
    '4000000000009995',
    declined('Your card has insufficient funds.', 'card_declined', 'insufficient_funds'),
  ),
  pm_card_chargeDeclinedLostCard: card(
    '4000000000009987',
    declined(wasDeclined, 'card_declined', 'lost_card'),
  ),
  pm_card_chargeDeclinedStolenCard: card(
    '4000000000009979',
    declined(wasDeclined, 'card_declined', 'stolen_card'),
  ),
  pm_card_chargeDeclinedFraudulent: card(
    '4100000000000019',
    declined(wasDeclined, 'card_declined', 'fraudulent'),
  ),
  pm_card_chargeDeclinedVelocityLimitExceeded: card(
    '4000000000006975',
    declined(
      'Your card was declined for making repeated attempts too frequently or exceeding its amount limit.',
      'card_declined',
      'card_velocity_exceeded',
    ),
  ),
  pm_card_chargeDeclinedExpiredCard: card(
    '4000000000000069',
    declined('Your card has expired.', 'expired_card'),
  ),
  pm_card_chargeDeclinedIncorrectCvc: card(
    '4000000000000127',
    declined("Your card's security code is incorrect.", 'incorrect_cvc'),
  ),
  pm_card_chargeDeclinedProcessingError: card(
    '4000000000000119',
    declined('An error occurred while processing your card. Try again in a little bit.', 'processing_error'),
  ),
  pm_card_authenticationRequired: card('4000002760003184', authenticate),
  pm_card_authenticationRequiredOnSetup: card('4000002500003155', authenticate),
  pm_card_threeDSecure2Required: card('4000000000003220', authenticate),
}

function card(number: string, outcome: CardOutcome, brand = 'visa'): Card {
  return { number, brand, outcome }
}

/** The test card of this name, such as pm_card_visa. The declined ones have two names, with and without `visa_`. */
export function cardNamed(name: string): Card | undefined {
  const known = name.replace('pm_card_visa_charge', 'pm_card_charge')
  return Object.hasOwn(cards, known) ? cards[known] : undefined
}

/** The test card with this number, which may be written with spaces. */
export function cardNumbered(number: string): Card | undefined {
  const digits = number.replace(/[\s-]/g, '')
  return Object.values(cards).find((known) => known.number === digits)
}

/** The test card with these last four digits, which are different in all of them. */
export function cardEnding(last4: string): Card | undefined {
  return Object.values(cards).find(({ number }) => number.endsWith(last4))
}
