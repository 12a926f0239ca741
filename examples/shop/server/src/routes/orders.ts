import { type Request, Router } from 'express'
import { getAuth } from '@ementech/security'
import { z } from 'zod'
import { ShopError } from '../problem.js'
import type { Security } from '../security.js'
import type { Orders } from '../services/orders.js'

const id = z.string().regex(/^[0-9a-f]{24}$/)
const placement = z.object({
  items: z
    .array(z.object({ productId: id, quantity: z.int().min(1).max(20) }))
    .min(1)
    .max(50),
})
const payer = z.object({ phone: z.string().max(20) })

/** Orders of the signed-in customer. */
export function orderRoutes({ security, orders }: { security: Security; orders: Orders }): Router {
  const { validate } = security
  const router = Router()

  const placing = validate({ body: placement })
  router.post('/', placing, async (req, res) => {
    const order = await orders.place(getAuth(req).sub, placing.of(req).body.items, idempotencyKey(req))
    res.status(201).json({ order: await orders.view(order) })
  })

  router.get('/', async (req, res) => {
    const found = await orders.list(getAuth(req).sub)
    res.json({ orders: await Promise.all(found.map((order) => orders.view(order))) })
  })

  const one = validate({ params: z.object({ id }) })
  router.get('/:id', one, async (req, res) => {
    const order = await orders.find(getAuth(req).sub, one.of(req).params.id)
    res.json({ order: await orders.view(order) })
  })

  const paying = validate({ params: z.object({ id }), body: payer })
  router.post('/:id/pay', paying, async (req, res) => {
    const { params, body } = paying.of(req)
    const order = await orders.pay(getAuth(req).sub, params.id, body.phone, idempotencyKey(req))
    res.status(202).json({ order: await orders.view(order) })
  })

  return router
}

/** One press of a button is one request, however often the network repeats it. */
function idempotencyKey(req: Request): string {
  const key = req.get('idempotency-key')
  if (key && /^[\w-]{8,64}$/.test(key)) return key
  throw new ShopError(
    400,
    'IDEMPOTENCY_KEY_MISSING',
    'Send an Idempotency-Key header: a new UUID for each press of the button.',
  )
}
