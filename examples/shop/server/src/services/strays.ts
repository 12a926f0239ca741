import type { Payment, Payments } from '@ementech/payments'
import type { strayModel } from '../models/stray.js'
import { ShopError } from '../problem.js'

interface StraysOptions {
  Stray: ReturnType<typeof strayModel>
  payments: Pick<Payments, 'get' | 'refund'>
}

/** Money that came by "Pay Bill" for no order of ours. It is somebody's: it is kept in sight until it went back. */
export function createStrays({ Stray, payments }: StraysOptions) {
  return {
    /** Once, however often it is called. */
    async keep({ id, createdAt }: Payment): Promise<void> {
      await Stray.updateOne({ _id: id }, { $setOnInsert: { createdAt } }, { upsert: true })
    },

    async list() {
      const found = await Stray.find().sort({ createdAt: -1 }).limit(50)
      const read = await Promise.all(found.map(({ _id }) => payments.get(_id)))
      return read.filter((payment) => payment !== null).map(viewStray)
    },

    /** All of it: M-Pesa gives a payment back whole. */
    async refund(id: string, request: { note: string; actor: string; idempotencyKey: string }) {
      if (!(await Stray.exists({ _id: id })))
        throw new ShopError(404, 'PAYMENT_NOT_FOUND', 'There is no such payment.')
      return viewStray(await payments.refund(id, request))
    },
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
    createdAt: createdAt.toISOString(),
  }
}
