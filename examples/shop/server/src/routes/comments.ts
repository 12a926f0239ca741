import { Router, type RequestHandler } from 'express'
import { getAuth } from '@ementech/security'
import { z } from 'zod'
import type { Security } from '../security.js'
import type { Comments } from '../services/comments.js'
import { idempotencyKey } from './idempotency.js'
import { id } from './ids.js'

interface CommentRoutesOptions {
  security: Security
  authenticated: RequestHandler
  comments: Comments
}

/** Everybody reads what is published; who is signed in may write. */
export function commentRoutes({ security, authenticated, comments }: CommentRoutesOptions): Router {
  const { validate } = security
  const router = Router()

  const reading = validate({ query: z.object({ product: id }) })
  router.get('/', reading, async (req, res) => {
    res.json({ comments: await comments.published(reading.of(req).query.product) })
  })

  const writing = validate({ body: z.object({ productId: id, html: z.string().trim().min(1).max(2000) }) })
  router.post('/', authenticated, writing, async (req, res) => {
    const comment = { ...writing.of(req).body, idempotencyKey: idempotencyKey(req) }
    res.status(201).json({ comment: await comments.add(getAuth(req).sub, comment) })
  })

  return router
}
