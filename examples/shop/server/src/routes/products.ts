import { Router } from 'express'
import type { Catalogue } from '../services/catalogue.js'

export function productRoutes({ catalogue }: { catalogue: Catalogue }): Router {
  const router = Router()
  router.get('/', async (_req, res) => {
    res.json({ products: await catalogue.list() })
  })
  return router
}
