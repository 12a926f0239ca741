import type { PaymentsError } from '../errors.js'
import type { PayerMessage } from '../payment.js'

/**
 * What a result code means for us.
 *
 * - `paid` · `pending`: not final
 * - `user`: the payer did or did not do something · `limit`: a limit of M-Pesa
 * - `transient`: M-Pesa's own trouble · `config`: ours
 * - `unknown`: not in the catalogue: never taken for a failure
 */
export type StkResultClass = 'paid' | 'pending' | 'user' | 'limit' | 'transient' | 'config' | 'unknown'

/** A result code, explained. */
export interface StkResult {
  /** Verbatim. */
  readonly code: string
  readonly class: StkResultClass
  /** A new prompt may succeed. */
  readonly retryable: boolean
  readonly payerMessage: PayerMessage
}

/** Explains an STK result code (a number in callbacks, a string in queries). Unknown codes pass through verbatim. */
export function stkResult(code: string | number): StkResult {
  const verbatim = String(code)
  const [kind, retryable, text] = CATALOGUE.get(verbatim) ?? UNKNOWN
  return { code: verbatim, class: kind, retryable, payerMessage: text }
}

type Row = readonly [StkResultClass, boolean, PayerMessage]

const BUSY = {
  en: 'M-Pesa is busy. Wait a minute and try again.',
  sw: 'M-Pesa ina shughuli nyingi kwa sasa. Subiri dakika moja kisha ujaribu tena.',
}
const TOO_SLOW = {
  en: 'The request ran out before the PIN was entered. You can try again.',
  sw: 'Muda wa ombi uliisha kabla ya PIN kuwekwa. Unaweza kujaribu tena.',
}
const NOT_POSSIBLE = {
  en: 'The shop cannot take this payment at the moment. You have not been charged.',
  sw: 'Muuzaji hawezi kupokea malipo haya kwa sasa. Hujatozwa pesa.',
}

const UNKNOWN: Row = [
  'unknown',
  false,
  {
    en: 'M-Pesa has not confirmed this payment. Check your M-Pesa messages before you pay again.',
    sw: 'M-Pesa bado haijathibitisha malipo haya. Angalia ujumbe wako wa M-Pesa kabla ya kulipa tena.',
  },
]

/**
 * Result codes of M-Pesa Express: Daraja portal, "M-Pesa Express" and "M-Pesa Express Query", and codes seen in
 * production by public integrations (1001, 1031, 4999, 9999, E3008).
 */
const CATALOGUE: ReadonlyMap<string, Row> = new Map<string, Row>([
  ['0', ['paid', false, { en: 'Payment received. Thank you.', sw: 'Malipo yamepokelewa. Asante.' }]],
  [
    '1',
    [
      'user',
      true,
      {
        en: 'There is not enough money in your M-Pesa account. Top up and try again.',
        sw: 'Huna salio la kutosha kwenye M-Pesa. Ongeza salio kisha ujaribu tena.',
      },
    ],
  ],
  [
    '2',
    [
      'limit',
      false,
      {
        en: 'The amount is below the M-Pesa minimum.',
        sw: 'Kiasi hiki ni chini ya kiwango cha chini cha M-Pesa.',
      },
    ],
  ],
  [
    '3',
    [
      'limit',
      false,
      {
        en: 'The amount is above what M-Pesa allows in one payment.',
        sw: 'Kiasi hiki kinazidi kiwango cha juu cha M-Pesa kwa muamala mmoja.',
      },
    ],
  ],
  [
    '4',
    [
      'limit',
      false,
      {
        en: 'This payment would pass your M-Pesa limit for today. Try again tomorrow.',
        sw: 'Malipo haya yatazidi kikomo chako cha M-Pesa cha leo. Jaribu tena kesho.',
      },
    ],
  ],
  ['8', ['limit', false, NOT_POSSIBLE]],
  [
    '11',
    [
      'user',
      false,
      {
        en: 'Your M-Pesa account cannot pay at the moment. Please contact Safaricom.',
        sw: 'Akaunti yako ya M-Pesa haiwezi kulipa kwa sasa. Tafadhali wasiliana na Safaricom.',
      },
    ],
  ],
  [
    '17',
    [
      'limit',
      true,
      {
        en: 'You paid the same amount a moment ago. Wait two minutes and try again.',
        sw: 'Umelipa kiasi sawa na hiki hivi punde. Subiri dakika mbili kisha ujaribu tena.',
      },
    ],
  ],
  ['26', ['transient', true, BUSY]],
  [
    '1001',
    [
      'transient',
      true,
      {
        en: 'Another M-Pesa transaction is open on your phone. Finish it, wait a minute and try again.',
        sw: 'Kuna muamala mwingine wa M-Pesa kwenye simu yako. Umalize, subiri dakika moja kisha ujaribu tena.',
      },
    ],
  ],
  ['1019', ['user', true, TOO_SLOW]],
  ['1025', ['transient', true, BUSY]],
  ['1031', ['user', true, TOO_SLOW]],
  [
    '1032',
    [
      'user',
      true,
      {
        en: 'The payment was cancelled, or the request ran out. You can try again.',
        sw: 'Malipo yalighairiwa, au muda wa ombi uliisha. Unaweza kujaribu tena.',
      },
    ],
  ],
  [
    '1037',
    [
      'user',
      true,
      {
        en: 'No answer came from your phone. See that it is on and has network, then try again.',
        sw: 'Hatukupata jibu kutoka kwenye simu yako. Hakikisha imewashwa na ina mtandao, kisha ujaribu tena.',
      },
    ],
  ],
  [
    '2001',
    [
      'user',
      true,
      { en: 'The M-Pesa PIN was wrong. Try again.', sw: 'PIN ya M-Pesa si sahihi. Jaribu tena.' },
    ],
  ],
  ['2028', ['config', false, NOT_POSSIBLE]],
  ['4999', ['pending', false, { en: 'Waiting for M-Pesa.', sw: 'Tunasubiri jibu la M-Pesa.' }]],
  [
    '8006',
    [
      'user',
      false,
      {
        en: 'Your M-Pesa PIN is locked. Call Safaricom on 100 to unlock it.',
        sw: 'PIN yako ya M-Pesa imefungwa. Piga simu kwa Safaricom nambari 100 ili ifunguliwe.',
      },
    ],
  ],
  ['9999', ['transient', true, BUSY]],
  ['SFC_IC0003', ['config', false, NOT_POSSIBLE]],
  ['E3008', ['user', false, NOT_POSSIBLE]],
])

/** What to tell the payer when a call provably did nothing. */
export function callFailureMessage({ code }: PaymentsError): PayerMessage {
  switch (code) {
    case 'PAYMENTS_MPESA_BUSY':
      // The one kind of "busy" that proves something: the subscriber is.
      return stkResult('1001').payerMessage
    case 'PAYMENTS_MPESA_PHONE':
      return { en: 'This is not a Safaricom number.', sw: 'Hii si nambari ya Safaricom.' }
    case 'PAYMENTS_MPESA_RATE_LIMITED':
    case 'PAYMENTS_MPESA_TIMEOUT':
    case 'PAYMENTS_MPESA_UNREACHABLE':
      return BUSY
    default:
      return NOT_POSSIBLE
  }
}
