import { type Connection, type InferSchemaType, Schema } from 'mongoose'

export const orderStatuses = [
  'awaiting_payment',
  'paying',
  'paid',
  'payment_failed',
  'review',
  'refunded',
] as const
export type OrderStatus = (typeof orderStatuses)[number]

const money = { minor: { type: Number, required: true }, currency: { type: String, required: true } }

const orderSchema = new Schema({
  userId: { type: String, required: true },
  // One press of "Check out" is one order, however often the request is sent.
  idempotencyKey: { type: String, required: true },
  number: { type: String, required: true, unique: true },
  items: [
    {
      _id: false,
      productId: { type: String, required: true },
      slug: { type: String, required: true },
      name: { type: String, required: true },
      quantity: { type: Number, required: true },
      price: money,
      picture: { type: String, required: true },
    },
  ],
  total: money,
  status: { type: String, enum: orderStatuses, required: true, default: 'awaiting_payment' },
  /** Where its goods are: held for it, free again, sold, or paid for when they were gone. */
  stock: { type: String, enum: ['reserved', 'released', 'sold', 'short'], required: true },
  /** The name of the hold on its goods; see `Product.reservations`. */
  hold: { type: String, required: true },
  /** Every payment that was begun, one for each press of the button; and what came otherwise and is to be checked. */
  payments: { type: [String], default: [] },
  /** The payment under way, or the last one. */
  paymentId: String,
  /** The phone that the prompt was sent to, masked. */
  payerPhone: String,
  /** The payment that paid this order. */
  paidBy: String,
  /** Money that arrived although the order was paid already: to be given back. */
  overpaidBy: { type: [String], default: [] },
  /** What was given back so far, in minor units. */
  refundedMinor: { type: Number, required: true, default: 0 },
  createdAt: { type: Date, required: true, default: () => new Date() },
  /** Written at every change, and only by the database's own clock (`$currentDate`): the order feed reads by it. */
  changedAt: Date,
})
orderSchema.index({ userId: 1, idempotencyKey: 1 }, { unique: true })
orderSchema.index({ userId: 1, createdAt: -1 })
orderSchema.index({ createdAt: -1, _id: -1 })
orderSchema.index({ stock: 1, createdAt: 1 })
orderSchema.index({ changedAt: 1 }, { sparse: true })

export type Order = InferSchemaType<typeof orderSchema>

export const orderModel = (connection: Connection) => connection.model('Order', orderSchema)
