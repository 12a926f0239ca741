import { Router } from 'express'
import type { Security } from '../security.js'
import type { Online } from '../services/online.js'
import type { Shop } from '../shop.js'
import { callbackRoutes } from './admin/callbacks.js'
import { adminCommentRoutes } from './admin/comments.js'
import { mpesaRoutes } from './admin/mpesa.js'
import { adminOrderRoutes } from './admin/orders.js'
import { adminProductRoutes } from './admin/products.js'
import { strayRoutes } from './admin/strays.js'

/** What administrators do. Nobody else comes this far. */
export function adminRoutes(options: Shop & { security: Security; online: Online }): Router {
  const router = Router()
  router.use('/orders', adminOrderRoutes(options))
  router.use('/payments/strays', strayRoutes(options))
  router.use('/payments', callbackRoutes(options))
  router.use('/mpesa', mpesaRoutes(options))
  router.use('/products', adminProductRoutes(options))
  router.use('/comments', adminCommentRoutes(options))
  router.get('/online', async (_req, res) => {
    res.json({ people: await options.online.list() })
  })
  return router
}
