import { invalid } from './refusal.js'

/** Currencies in which cards can be charged (docs.stripe.com/currencies). */
const currencies = new Set(
  (
    'usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf chf clp cny ' +
    'cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl htg huf idr ils inr isk jmd jod ' +
    'jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio ' +
    'nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd std szl thb tjs tnd ' +
    'top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xof xpf yer zar zmw'
  ).split(' '),
)

/** Amounts in whole units. UGX stands here in Stripe's list too, but the special cases below overrule it. */
const zeroDecimal = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '))
const threeDecimal = new Set('bhd jod kwd omr tnd'.split(' '))
/** Without fractions, and still written with two decimals: 5 UGX are 500. */
const writtenWithCents = new Set(['isk', 'ugx'])

/** The least that can be charged, in the smallest unit. KES and others that Stripe does not list have no minimum here. */
const minimums: Record<string, number> = {
  ...{
    usd: 50,
    aed: 200,
    ars: 50,
    aud: 50,
    brl: 50,
    cad: 50,
    chf: 50,
    cop: 50,
    czk: 1500,
    dkk: 250,
    eur: 50,
  },
  ...{ gbp: 30, hkd: 400, huf: 17_500, idr: 50, ils: 50, inr: 50, jpy: 50, krw: 50, mxn: 1000, myr: 200 },
  ...{ nok: 300, nzd: 50, php: 50, pln: 200, ron: 200, rub: 50, sek: 300, sgd: 50, thb: 1000, zar: 50 },
}

/** The most that can be charged: card networks carry twelve digits. */
export const largestAmount = 999_999_999_999

/** The currency in lower case. @throws Refusal */
export function checkedCurrency(currency: string, param = 'currency'): string {
  const code = currency.toLowerCase()
  if (currencies.has(code)) return code
  throw invalid(
    `Invalid currency: ${currency}. Stripe currently supports these currencies: ${[...currencies].join(', ')}`,
    { param },
  )
}

/** The least that can be charged, in the smallest unit; 0 where Stripe lists none. */
export function minimumOf(currency: string): number {
  return minimums[currency] ?? 0
}

/** Refuses what a payment of `currency` cannot be. @throws Refusal */
export function checkAmount(amount: number, currency: string, param = 'amount'): void {
  const minimum = minimumOf(currency)
  if (amount < minimum) {
    throw invalid(`Amount must be at least ${money(minimum, currency)}`, { code: 'amount_too_small', param })
  }
  if (amount > largestAmount) {
    throw invalid(`Amount must be no more than ${money(largestAmount, currency)}`, {
      code: 'amount_too_large',
      param,
    })
  }
  checkStep(amount, currency, param)
}

/** Refuses fractions that `currency` does not have; refunds too must keep to this. @throws Refusal */
export function checkStep(amount: number, currency: string, param = 'amount'): void {
  const step = writtenWithCents.has(currency) ? 100 : threeDecimal.has(currency) ? 10 : 1
  if (amount % step === 0) return
  throw invalid(`Invalid amount: in ${currency}, it must be evenly divisible by ${step}.`, {
    code: 'invalid_charge_amount',
    param,
  })
}

/** `$20.00 usd`, `2000 kes` as `20.00 kes`. */
export function money(amount: number, currency: string): string {
  const decimals = decimalsOf(currency)
  const digits = (amount / 10 ** decimals).toLocaleString('en-US', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  })
  return `${signs[currency] ?? ''}${digits} ${currency}`
}

/** An amount as people read it: `$20.00`, `KES 1,250.00`. */
export function price(amount: number, currency: string): string {
  return new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
    minimumFractionDigits: writtenWithCents.has(currency) ? 0 : decimalsOf(currency),
    maximumFractionDigits: decimalsOf(currency),
  }).format(amount / 10 ** decimalsOf(currency))
}

function decimalsOf(currency: string): number {
  return zeroDecimal.has(currency) ? 0 : threeDecimal.has(currency) ? 3 : 2
}

const signs: Record<string, string> = { usd: '$', eur: '€', gbp: '£' }
