import type { HydratedDocument } from 'mongoose'
import type { Payment } from '@ementech/payments'
import { receiptLetter, refundLetter } from '../mail/receipt.js'
import type { Order } from '../models/order.js'
import type { Accounts } from './accounts.js'
import type { Mails } from './mails.js'

interface ReceiptsOptions {
  accounts: Pick<Accounts, 'addressee'>
  mails: Pick<Mails, 'add'>
  /** Where the shop's pages are. */
  url: string
}

/** What a customer has in writing. */
export function createReceipts({ accounts, mails, url }: ReceiptsOptions) {
  return {
    /** One for each order, however often it is called. */
    async send(order: HydratedDocument<Order>, payment: Payment): Promise<void> {
      const addressee = await accounts.addressee(order.userId)
      if (!addressee) return
      const items = order.items.map(({ name, quantity, price }) => ({ name, quantity, price: price! }))
      await mails.add(
        `receipt:${order.number}`,
        receiptLetter({
          ...addressee,
          order: { id: order.id as string, number: order.number, items, total: order.total! },
          payment: {
            method: payment.provider === 'mpesa' ? 'mpesa' : 'card',
            receipt: payment.attempts.findLast(({ receipt }) => receipt)?.receipt,
          },
          url,
        }),
      )
    },

    /** One for each refund. */
    async sendRefund(order: HydratedDocument<Order>, payment: Payment, refundId: string): Promise<void> {
      const addressee = await accounts.addressee(order.userId)
      const refund = payment.refunds.find(({ id }) => id === refundId)
      if (!addressee || !refund) return
      await mails.add(
        `refund:${refundId}`,
        refundLetter({
          ...addressee,
          order: { id: order.id as string, number: order.number },
          amount: refund.amount,
          method: payment.provider === 'mpesa' ? 'mpesa' : 'card',
          url,
        }),
      )
    },
  }
}
