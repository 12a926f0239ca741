import type { PayerMessage } from '../payment.js'

const REFUSED: PayerMessage = {
  en: 'The card was declined. Try another card, or ask your bank.',
  sw: 'Kadi imekataliwa. Jaribu kadi nyingine, au uliza benki yako.',
}

/**
 * What the payer may be told, by decline code (docs.stripe.com/declines/codes). Lost, stolen and suspected cards are
 * on purpose not here: Stripe asks to tell their holders nothing but that the card was declined.
 */
const MESSAGES: ReadonlyMap<string, PayerMessage> = new Map([
  [
    'insufficient_funds',
    {
      en: 'There is not enough money on the card. Try another card.',
      sw: 'Hakuna pesa za kutosha kwenye kadi. Jaribu kadi nyingine.',
    },
  ],
  [
    'expired_card',
    { en: 'The card has expired. Try another card.', sw: 'Kadi imeisha muda. Jaribu kadi nyingine.' },
  ],
  [
    'incorrect_cvc',
    {
      en: 'The security code of the card is wrong. Try again.',
      sw: 'Namba ya usalama ya kadi si sahihi. Jaribu tena.',
    },
  ],
  [
    'incorrect_number',
    { en: 'The number of the card is wrong. Try again.', sw: 'Namba ya kadi si sahihi. Jaribu tena.' },
  ],
  [
    'processing_error',
    {
      en: 'The card could not be charged. Try again in a moment.',
      sw: 'Kadi haikuweza kutozwa. Jaribu tena baadaye kidogo.',
    },
  ],
  [
    'authentication_required',
    {
      en: 'Your bank wants you to confirm this payment. Try again.',
      sw: 'Benki yako inataka uthibitishe malipo haya. Jaribu tena.',
    },
  ],
])

/** When the payment could not even be begun. */
export const NOT_BEGUN: PayerMessage = {
  en: 'The payment could not be started. Please try again.',
  sw: 'Malipo hayakuweza kuanzishwa. Tafadhali jaribu tena.',
}

/** Text for the payer about a refused card. */
export function declineMessage(code: string): PayerMessage {
  return MESSAGES.get(code) ?? REFUSED
}
