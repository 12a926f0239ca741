import { Router } from 'express'
import { z } from 'zod'
import type { Security } from '../security.js'
import { productSorts, type Catalogue, type ProductSort } from '../services/catalogue.js'

const minor = z.coerce.number().int().min(0).max(1_000_000_000)
const query = z.object({
  search: z.string().max(100).optional(),
  category: z.string().max(40).optional(),
  min: minor.optional(),
  max: minor.optional(),
  sort: z.enum(Object.keys(productSorts) as ProductSort[]).default('shelf'),
  after: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(24),
})

export function productRoutes({ security, catalogue }: { security: Security; catalogue: Catalogue }): Router {
  const router = Router()
  const listing = security.validate({ query })
  router.get('/', listing, async (req, res) => {
    res.json(await catalogue.list(listing.of(req).query))
  })
  return router
}
