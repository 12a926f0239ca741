import { equalMoney, type Money } from '@ementech/payments'
import type { CustomerPayment, MpesaClient, ValidationVerdict } from '@ementech/payments/mpesa'
import type { Order, orderModel } from '../models/order.js'
import { ShopError } from '../problem.js'
import { isPayable, orderNumberIn, type Orders } from './orders.js'

interface BillsOptions {
  Order: ReturnType<typeof orderModel>
  orders: Pick<Orders, 'find'>
  mpesa: Pick<MpesaClient, 'qrCode' | 'registerUrls'>
  shortcode: string
  logger: Pick<Console, 'warn'>
}

/** What a customer pays by: at a till, from another phone, later. */
export interface Bill {
  paybill: string
  account: string
  amount: Money
  /** Daraja's dynamic QR. */
  pngBase64: string
}

/** Paying an order by "Pay Bill": the printed code, and what M-Pesa asks before it takes the money. */
export function createBills({ Order, orders, mpesa, shortcode, logger }: BillsOptions) {
  return {
    /** Says to Daraja where it is to ask and to report. Without it, money still arrives, and nobody here is told. */
    async register(): Promise<void> {
      try {
        await mpesa.registerUrls({ whenUnanswered: 'cancel' })
      } catch (error) {
        const { code, message } = error as { code?: string; message: string }
        // In production once for good; a new address is registered after the old one was deleted on the portal.
        if (code !== 'PAYMENTS_MPESA_REGISTERED') logger.warn('Pay Bill is not registered', { code, message })
      }
    },

    async bill(userId: string, key: string): Promise<Bill> {
      const order = await orders.find(userId, key)
      if (!isPayable(order))
        throw new ShopError(409, 'ORDER_NOT_PAYABLE', 'This order is paid, or being paid.')
      const amount = { ...order.total! }
      const code = await mpesa.qrCode({
        merchantName: 'Soko',
        reference: order.number,
        amount,
        to: { kind: 'paybill', number: shortcode },
      })
      return { paybill: shortcode, account: order.number, amount, ...code }
    },

    /** Whether the money is taken. It moves after this, so the confirmation is looked at all the same. */
    async judge({ reference, amount }: CustomerPayment): Promise<ValidationVerdict> {
      const order = await Order.findOne({ number: orderNumberIn(reference) })
      if (!order) return { accept: false, because: 'account' }
      if (!isPayable(order)) return { accept: false, because: 'other' }
      return isDue(order, amount) ? { accept: true } : { accept: false, because: 'amount' }
    },
  }
}

export type Bills = ReturnType<typeof createBills>

function isDue({ total }: Pick<Order, 'total'>, { minor, currency }: Money): boolean {
  return equalMoney({ minor, currency }, { minor: total!.minor, currency: total!.currency })
}
