import type { Payment, Payments } from '@ementech/payments'
import type { strayModel } from '../models/stray.js'
import { ShopError } from '../problem.js'
import { reviewsOf } from './reviews.js'

interface StraysOptions {
  Stray: ReturnType<typeof strayModel>
  payments: Pick<Payments, 'get' | 'refund'>
}

/**
 * Money that came by "Pay Bill" for no order of ours, or is said to have come. It is somebody's: it is kept in sight until
 * it went back, or it is known that there is none.
 */
export function createStrays({ Stray, payments }: StraysOptions) {
  return {
    find,
    view: viewStray,

    /** Once, however often it is called. */
    async keep({ id, createdAt }: Payment): Promise<void> {
      await Stray.updateOne({ _id: id }, { $setOnInsert: { createdAt } }, { upsert: true })
    },

    async list() {
      const found = await Stray.find().sort({ createdAt: -1 }).limit(50)
      const read = await Promise.all(found.map(({ _id }) => payments.get(_id)))
      return read
        .filter((payment) => payment !== null)
        .filter(({ status, captured }) => status === 'review' || captured.minor > 0)
        .map(viewStray)
    },

    /** All of it: M-Pesa gives a payment back whole. */
    async refund(id: string, request: { note: string; actor: string; idempotencyKey: string }) {
      await find(id)
      return viewStray(await payments.refund(id, request))
    },
  }

  async function find(id: string): Promise<Payment> {
    const payment = (await Stray.exists({ _id: id })) && (await payments.get(id))
    if (!payment) throw new ShopError(404, 'PAYMENT_NOT_FOUND', 'There is no such payment.')
    return payment
  }
}

export type Strays = ReturnType<typeof createStrays>

function viewStray(payment: Payment) {
  const { id, reference, amount, metadata, captured, refunded, refundPending, attempts, createdAt } = payment
  return {
    id,
    account: reference,
    amount,
    from: [metadata.name, metadata.msisdn].filter(Boolean).join(', '),
    receipt: attempts.at(-1)?.receipt,
    refundable: captured.minor - refunded.minor - refundPending.minor,
    refunded,
    /** What a person has to look up first: it, and refunds of it. */
    reviews: reviewsOf(payment),
    createdAt: createdAt.toISOString(),
  }
}
