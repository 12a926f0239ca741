import { Router } from 'express'
import { getAuth } from '@ementech/security'
import type { HydratedDocument } from 'mongoose'
import type { Payments } from '@ementech/payments'
import { z } from 'zod'
import type { Order } from '../../models/order.js'
import type { Security } from '../../security.js'
import type { Accounts } from '../../services/accounts.js'
import { viewOrderForAdmin } from '../../services/order-view.js'
import type { Orders } from '../../services/orders.js'
import type { Refunds } from '../../services/refunds.js'
import type { Reviews } from '../../services/reviews.js'
import { idempotencyKey } from '../idempotency.js'
import { orderKey } from '../ids.js'
import { decision } from './decision.js'

interface AdminOrderRoutesOptions {
  security: Security
  orders: Orders
  refunds: Refunds
  reviews: Reviews
  payments: Payments
  accounts: Accounts
}

/** Everybody's orders, and their money. */
export function adminOrderRoutes(options: AdminOrderRoutesOptions): Router {
  const { security, orders, refunds, reviews, payments, accounts } = options
  const { validate } = security
  const view = (order: HydratedDocument<Order>) =>
    viewOrderForAdmin(order, { payments, addressee: accounts.addressee })
  const router = Router()

  router.get('/', async (_req, res) => {
    const found = await orders.listAll({ limit: 50 })
    res.json({ orders: await Promise.all(found.map(view)) })
  })

  const one = validate({ params: z.object({ id: orderKey }) })
  router.get('/:id', one, async (req, res) => {
    res.json({ order: await view(await orders.findAny(one.of(req).params.id)) })
  })

  const refunding = validate({
    params: z.object({ id: orderKey }),
    body: z.object({
      paymentId: z.string().min(1).max(100).optional(),
      attemptId: z.string().min(1).max(100).optional(),
      minor: z.int().min(1).optional(),
      method: z.enum(['reversal', 'b2c']).optional(),
      seen: z.int().min(0).optional(),
      note: z.string().trim().min(1).max(200),
    }),
  })
  router.post('/:id/refunds', refunding, async (req, res) => {
    const { params, body } = refunding.of(req)
    const who = { actor: getAuth(req).sub, idempotencyKey: idempotencyKey(req) }
    res.status(202).json({ order: await view(await refunds.refund(params.id, { ...body, ...who })) })
  })

  const settling = validate({
    params: z.object({ id: orderKey }),
    body: z.object({ paymentId: z.string().min(1).max(100), ...decision }),
  })
  router.post('/:id/reviews', settling, async (req, res) => {
    const { params, body } = settling.of(req)
    const { paymentId, ...found } = body
    const settled = await reviews.settle(params.id, paymentId, { ...found, actor: getAuth(req).sub })
    res.status(202).json({ order: await view(settled) })
  })

  return router
}
