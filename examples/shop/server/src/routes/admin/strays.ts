import { Router } from 'express'
import { getAuth } from '@ementech/security'
import { z } from 'zod'
import type { Security } from '../../security.js'
import type { Reviews } from '../../services/reviews.js'
import type { Strays } from '../../services/strays.js'
import { idempotencyKey } from '../idempotency.js'
import { decision } from './decision.js'

interface StrayRoutesOptions {
  security: Security
  strays: Strays
  reviews: Reviews
}

/** Money that names no order. */
export function strayRoutes({ security, strays, reviews }: StrayRoutesOptions): Router {
  const { validate } = security
  const router = Router()

  router.get('/', async (_req, res) => {
    res.json({ strays: await strays.list() })
  })

  const params = z.object({ id: z.string().regex(/^pay_[0-9a-f]{32}$/) })
  const refunding = validate({
    params,
    body: z.object({ note: z.string().trim().min(1).max(200) }),
  })
  router.post('/:id/refunds', refunding, async (req, res) => {
    const { params, body } = refunding.of(req)
    const who = { actor: getAuth(req).sub, idempotencyKey: `${params.id}:${idempotencyKey(req)}` }
    res.status(202).json({ stray: await strays.refund(params.id, { ...body, ...who }) })
  })

  const settling = validate({ params, body: z.object(decision) })
  router.post('/:id/reviews', settling, async (req, res) => {
    const { params, body } = settling.of(req)
    const found = { ...body, actor: getAuth(req).sub }
    res.status(202).json({ stray: await reviews.settleStray(params.id, found) })
  })

  return router
}
