import { Router } from 'express'
import { getAuth } from '@ementech/security'
import { z } from 'zod'
import { commentStatuses } from '../../models/comment.js'
import type { Security } from '../../security.js'
import type { Comments } from '../../services/comments.js'
import { id } from '../ids.js'

interface AdminCommentRoutesOptions {
  security: Security
  comments: Comments
}

/** What customers have written, and what becomes of it. */
export function adminCommentRoutes({ security, comments }: AdminCommentRoutesOptions): Router {
  const { validate } = security
  const status = z.enum(commentStatuses)
  const router = Router()

  const listing = validate({ query: z.object({ status: status.default('pending') }) })
  router.get('/', listing, async (req, res) => {
    res.json({ comments: await comments.listAll(listing.of(req).query.status) })
  })

  const moderating = validate({ params: z.object({ id }), body: z.object({ status }) })
  router.patch('/:id', moderating, async (req, res) => {
    const { params, body } = moderating.of(req)
    res.json({ comment: await comments.moderate(params.id, { ...body, actor: getAuth(req).sub }) })
  })

  return router
}
