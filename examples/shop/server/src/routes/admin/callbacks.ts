import { Router } from 'express'
import type { Payments } from '@ementech/payments'
import { getAuth } from '@ementech/security'
import { z } from 'zod'
import type { Security } from '../../security.js'

interface CallbackRoutesOptions {
  security: Security
  payments: Pick<Payments, 'inbox' | 'deadLetters'>
}

/** What the payment providers told us, and what could not be done about it. */
export function callbackRoutes({ security, payments }: CallbackRoutesOptions): Router {
  const { validate } = security
  const { inbox, deadLetters } = payments
  const router = Router()

  router.get('/inbox', async (_req, res) => {
    res.json({ callbacks: await inbox.list({ limit: 50 }) })
  })

  router.get('/dead-letters', async (_req, res) => {
    res.json({ deadLetters: await deadLetters.list({ limit: 100 }) })
  })

  const letterId = z.object({ id: z.string().min(1).max(300) })
  const one = validate({ params: letterId })
  router.get('/dead-letters/:id', one, async (req, res) => {
    res.json({ letter: await deadLetters.inspect(one.of(req).params.id) })
  })

  router.post('/dead-letters/:id/replay', one, async (req, res) => {
    await deadLetters.replay(one.of(req).params.id)
    res.status(202).json({})
  })

  const discarding = validate({
    params: letterId,
    body: z.object({ reason: z.string().trim().min(1).max(500) }),
  })
  router.post('/dead-letters/:id/discard', discarding, async (req, res) => {
    const { params, body } = discarding.of(req)
    await deadLetters.discard(params.id, { reason: body.reason, actor: getAuth(req).sub })
    res.json({})
  })

  return router
}
