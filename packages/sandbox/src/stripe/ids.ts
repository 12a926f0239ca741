import type { Random } from '../random.js'

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** Creates the maker of ids, with the prefixes and lengths that Stripe's have. */
export function createIds(random: Random) {
  const of = (prefix: string, length: number) => () => prefix + random.text(length, letters)
  return {
    paymentIntent: of('pi_3', 23),
    charge: of('ch_3', 23),
    customer: of('cus_', 14),
    refund: of('re_3', 23),
    balanceTransaction: of('txn_3', 23),
    paymentMethod: of('pm_1', 23),
    session: of('cs_test_a1', 56),
    lineItem: of('li_1', 23),
    price: of('price_1', 23),
    product: of('prod_', 14),
    event: of('evt_1', 23),
    dispute: of('du_1', 23),
    delivery: of('del_', 24),
    endpoint: of('we_1', 23),
    request: of('req_', 14),
    secret: of('whsec_', 32),
    clientSecret: (id: string) => `${id}_secret_${random.text(25, letters)}`,
    fingerprint: of('', 16),
  }
}

/** The maker of ids. */
export type Ids = ReturnType<typeof createIds>
