import { Router } from 'express'
import type { Payments } from '@ementech/payments'
import { getAuth } from '@ementech/security'
import { z } from 'zod'
import type { Security } from '../security.js'
import type { Bills } from '../services/bills.js'
import type { Checkout } from '../services/checkout.js'
import { viewOrder } from '../services/order-view.js'
import type { Orders } from '../services/orders.js'
import { idempotencyKey } from './idempotency.js'
import { id, orderKey } from './ids.js'

const placement = z.object({
  items: z
    .array(z.object({ productId: id, quantity: z.int().min(1).max(20) }))
    .min(1)
    .max(50),
  /** What the customer was shown: at another total nothing is ordered. */
  totalMinor: z.int().min(0).optional(),
})
const wish = z.discriminatedUnion('method', [
  z.object({ method: z.literal('mpesa'), phone: z.string().max(20) }),
  z.object({ method: z.literal('card') }),
])

interface OrderRoutesOptions {
  security: Security
  orders: Orders
  checkout: Checkout
  bills: Bills
  payments: Payments
}

/** Orders of the signed-in customer. */
export function orderRoutes({ security, orders, checkout, bills, payments }: OrderRoutesOptions): Router {
  const { validate } = security
  const router = Router()

  const placing = validate({ body: placement })
  router.post('/', placing, async (req, res) => {
    const { items, totalMinor } = placing.of(req).body
    const order = await orders.place(getAuth(req).sub, items, idempotencyKey(req), totalMinor)
    res.status(201).json({ order: await viewOrder(order, payments) })
  })

  router.get('/', async (req, res) => {
    const found = await orders.list(getAuth(req).sub)
    res.json({ orders: await Promise.all(found.map((order) => viewOrder(order, payments))) })
  })

  const one = validate({ params: z.object({ id: orderKey }) })
  router.get('/:id', one, async (req, res) => {
    const order = await orders.find(getAuth(req).sub, one.of(req).params.id)
    res.json({ order: await viewOrder(order, payments) })
  })

  router.get('/:id/bill', one, async (req, res) => {
    res.json({ bill: await bills.bill(getAuth(req).sub, one.of(req).params.id) })
  })

  const paying = validate({ params: z.object({ id: orderKey }), body: wish })
  router.post('/:id/pay', paying, async (req, res) => {
    const { params, body } = paying.of(req)
    const { order, next } = await checkout.pay(getAuth(req).sub, params.id, body, idempotencyKey(req))
    res.status(202).json({ order: await viewOrder(order, payments), next })
  })

  router.post('/:id/pay/cancel', one, async (req, res) => {
    const order = await checkout.giveUp(getAuth(req).sub, one.of(req).params.id)
    res.json({ order: await viewOrder(order, payments) })
  })

  return router
}
