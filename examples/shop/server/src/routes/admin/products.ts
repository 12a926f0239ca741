import { Router } from 'express'
import { z } from 'zod'
import { getUploads } from '@ementech/uploads'
import type { Security } from '../../security.js'
import type { Assortment } from '../../services/assortment.js'
import type { Pictures } from '../../services/pictures.js'
import { id } from '../ids.js'

interface AdminProductRoutesOptions {
  security: Security
  assortment: Assortment
  pictures: Pictures
}

const shelves = ['pantry', 'textiles', 'home', 'wear']
const count = z.int('Write a whole number.')
const texts = {
  name: z.string().trim().min(2, 'Write at least 2 letters.').max(80, 'Write at most 80 letters.'),
  description: z
    .string()
    .trim()
    .min(10, 'Write at least 10 letters.')
    .max(1000, 'Write at most 1,000 letters.'),
  category: z.enum(shelves, 'Choose a shelf.'),
  // M-Pesa knows no cents.
  price: z
    .int('Write a price in whole shillings.')
    .min(100, 'A price is at least KES 1.')
    .max(25_000_000, 'M-Pesa takes at most KES 250,000.')
    .multipleOf(100, 'Write a price in whole shillings.'),
}

/** What is for sale, written by administrators. */
export function adminProductRoutes({ security, assortment, pictures }: AdminProductRoutesOptions): Router {
  const { validate } = security
  const router = Router()

  router.get('/', async (_req, res) => {
    res.json({ products: await assortment.list() })
  })

  const creation = z.object({
    ...texts,
    stock: count.min(0, 'Write 0 or more.').max(100_000, 'That is too many.'),
  })
  const creating = validate({ body: creation })
  router.post('/', creating, async (req, res) => {
    res.status(201).json({ product: await assortment.create(creating.of(req).body) })
  })

  const one = validate({ params: z.object({ id }) })
  router.get('/:id', one, async (req, res) => {
    res.json({ product: await assortment.find(one.of(req).params.id) })
  })

  const change = z.object({ ...texts, stockChange: count.min(-100_000).max(100_000), archived: z.boolean() })
  const changing = validate({ params: z.object({ id }), body: change.partial() })
  router.patch('/:id', changing, async (req, res) => {
    const { params, body } = changing.of(req)
    res.json({ product: await assortment.change(params.id, body) })
  })

  const alt = z.string().trim().max(200, 'Write at most 200 letters.')
  const describing = validate({ params: z.object({ id }), body: z.object({ alt }) })
  router.put('/:id/picture', one, pictures.upload, describing, async (req, res) => {
    const { params, body } = describing.of(req)
    await pictures.put(params.id, getUploads(req).file, body.alt)
    res.json({ product: await assortment.find(params.id) })
  })
  router.patch('/:id/picture', describing, async (req, res) => {
    const { params, body } = describing.of(req)
    await pictures.describe(params.id, body.alt)
    res.json({ product: await assortment.find(params.id) })
  })
  router.delete('/:id/picture', one, async (req, res) => {
    await pictures.remove(one.of(req).params.id)
    res.json({ product: await assortment.find(one.of(req).params.id) })
  })

  return router
}
