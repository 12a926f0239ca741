import { stkResult, type StkResult, type StkResultClass } from './result-codes.js'

/** The operations whose result codes are explained. */
export type MpesaProduct = 'stk' | 'b2c' | 'reversal' | 'transactionStatus' | 'accountBalance'

/** A result code of a product, explained. In what is not a payment, class `paid` means done. */
export interface MpesaCode extends StkResult {
  readonly product: MpesaProduct
  /** For whoever runs the shop: what is wrong, and what to do. Empty where there is nothing to do. */
  readonly advice: string
}

/** Explains a result code of a product. Codes that are not known pass through verbatim, with class `unknown`. */
export function mpesaCode(product: MpesaProduct, code: string | number): MpesaCode {
  if (product === 'stk') return { product, ...stkResult(code), advice: '' }
  const verbatim = String(code)
  const [kind, retryable, advice] = OWN[product].get(verbatim) ?? SHARED.get(verbatim) ?? UNKNOWN
  return {
    product,
    code: verbatim,
    class: kind,
    retryable,
    advice,
    payerMessage: messageOf(product, kind, verbatim),
  }
}

type Row = readonly [kind: StkResultClass, retryable: boolean, advice: string]

const UNKNOWN: Row = [
  'unknown',
  false,
  'Not in the catalogue. Ask with transactionStatus before anything is sent again.',
]

/**
 * Codes that M-Pesa has for every request of an initiator: Daraja portal, "Reversal", "Business To Customer" and
 * "Account Balance".
 */
const SHARED = table({
  0: ['paid', false, ''],
  1: ['config', true, 'The account of the shortcode holds too little money. Top it up.'],
  11: ['config', false, 'The account of the shortcode is not active. Ask M-Pesa support.'],
  18: ['config', false, 'The initiator is not accepted. Check its name and password.'],
  20: ['config', false, 'The initiator is not known. Check its name.'],
  21: ['config', false, 'The initiator lacks the role for this. Give it the API role on the M-Pesa portal.'],
  22: ['config', false, 'The initiator has no right to this receiver, or the receiver is not active.'],
  24: ['config', false, 'A parameter is missing.'],
  25: ['config', false, 'A parameter is invalid.'],
  26: ['transient', true, 'M-Pesa is busy. Try again in a few minutes.'],
  29: ['config', false, 'The command is not valid for this shortcode.'],
  2001: [
    'config',
    false,
    'Initiator name or credential is wrong. Is the certificate the one of this environment? The password is good ' +
      'for 90 days. Repeated failures lock it.',
  ],
  2006: ['config', false, 'The account of the shortcode is not active. Ask M-Pesa support.'],
  2028: ['config', false, 'The shortcode may not do this. Ask M-Pesa support for the product.'],
  8006: ['config', false, 'The password of the initiator is locked. Reset it on the M-Pesa portal.'],
  SFC_IC0003: ['config', false, 'A party of the request does not exist. Check shortcode and identifiers.'],
  TP40153: ['config', false, 'The operator lacks the permission. Give it the API role on the M-Pesa portal.'],
})

const OWN: Record<Exclude<MpesaProduct, 'stk'>, ReadonlyMap<string, Row>> = {
  b2c: table({
    2: ['limit', false, 'Below the least amount that can be sent.'],
    3: ['limit', false, 'Above the most that can be sent at once.'],
    4: ['limit', true, 'Above what may be sent to this customer in a day.'],
    8: ['limit', false, 'The account of the customer would hold too much.'],
    2040: ['user', false, 'The number has no M-Pesa account.'],
    SFC_IC0003: ['user', false, 'The number is not one of M-Pesa.'],
  }),
  reversal: table({
    R000001: ['config', false, 'It has been reversed before: nothing moved now. See who did it.'],
    R000002: ['config', false, 'There is no such payment to this shortcode. Check the receipt.'],
  }),
  transactionStatus: table({}),
  accountBalance: table({}),
}

function table(rows: Readonly<Record<string, Row>>): ReadonlyMap<string, Row> {
  return new Map(Object.entries(rows))
}

/** The receiver of money needs to know three things only: it has come, it will, or it is their number. */
function messageOf(product: MpesaProduct, kind: StkResultClass, code: string) {
  if (kind === 'paid') return SENT
  if (product === 'b2c' && kind === 'user') return NOT_REGISTERED
  if (product === 'b2c' && code === '8') return FULL
  return DELAYED
}

const SENT = { en: 'The money has been sent to your M-Pesa.', sw: 'Pesa zimetumwa kwenye M-Pesa yako.' }
const NOT_REGISTERED = {
  en: 'This number has no M-Pesa account. Give us another number.',
  sw: 'Nambari hii haina akaunti ya M-Pesa. Tupe nambari nyingine.',
}
const FULL = {
  en: 'Your M-Pesa account cannot hold this amount. Give us another number, or make room.',
  sw: 'Akaunti yako ya M-Pesa haiwezi kupokea kiasi hiki. Tupe nambari nyingine, au punguza salio.',
}
const DELAYED = {
  en: 'The money could not be sent yet. We are looking into it.',
  sw: 'Pesa bado hazijatumwa. Tunashughulikia suala hili.',
}
