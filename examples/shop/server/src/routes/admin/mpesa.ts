import { Router } from 'express'
import { getAuth } from '@ementech/security'
import { z } from 'zod'
import type { Security } from '../../security.js'
import type { Questions } from '../../services/questions.js'
import { idempotencyKey } from '../idempotency.js'
import { mpesaReceipt } from '../ids.js'

interface MpesaRoutesOptions {
  security: Security
  questions: Questions
}

/** What the office asks M-Pesa. Its answers come later: see `GET /`. */
export function mpesaRoutes({ security, questions }: MpesaRoutesOptions): Router {
  const { validate } = security
  const router = Router()

  router.get('/', async (_req, res) => {
    res.json({ canAsk: questions.canAsk, questions: await questions.list() })
  })

  router.post('/balance', async (req, res) => {
    const asking = { actor: getAuth(req).sub, idempotencyKey: idempotencyKey(req) }
    res.status(202).json({ question: await questions.askBalance(asking) })
  })

  const transaction = validate({ body: z.object({ receipt: mpesaReceipt }) })
  router.post('/transactions', transaction, async (req, res) => {
    const asking = { actor: getAuth(req).sub, idempotencyKey: idempotencyKey(req) }
    const { body } = transaction.of(req)
    res.status(202).json({ question: await questions.askTransaction(body.receipt, asking) })
  })

  return router
}
