import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCatalogue, type ProductQuery } from '../src/services/catalogue.js'
import { databases, servicesOn } from './support.js'

const database = databases()

async function shop() {
  const { Product } = await servicesOn(database.create())
  const catalogue = createCatalogue(Product, ({ picture }) => ({ picture }))
  const slugs = async (query: Partial<ProductQuery>) =>
    (await catalogue.list({ sort: 'shelf', limit: 24, ...query })).products.map(({ slug }) => slug)
  return { Product, catalogue, slugs }
}

describe('the catalogue', () => {
  it('finds words of names and descriptions, whatever their case and marks, and phrases', async () => {
    const { slugs } = await shop()
    expect(await slugs({ search: 'COFFEE' })).toEqual(['kahawa'])
    expect(await slugs({ search: 'kéricho honey' })).toEqual(['chai', 'asali'])
    expect(await slugs({ search: '"sea salt"' })).toEqual(['macadamia'])
    expect(await slugs({ search: 'tea -purple' })).toEqual(['kikombe'])
    expect(await slugs({ search: 'helicopter' })).toEqual([])
  })

  it('narrows by category and price, together with words', async () => {
    const { slugs } = await shop()
    expect(await slugs({ category: 'wear' })).toEqual(['akala', 'shanga'])
    expect(await slugs({ min: 40_000, max: 65_000 })).toEqual(['chai', 'kikombe'])
    expect(await slugs({ search: 'tea', max: 50_000 })).toEqual(['kikombe'])
  })

  it.each(['shelf', 'cheapest', 'dearest'] as const)(
    'gives every product once, page by page, sorted by %s, also where prices are equal',
    async (sort) => {
      const { Product, catalogue, slugs } = await shop()
      await Product.updateMany({ category: 'pantry' }, { 'price.minor': 70_000 })
      const whole = await slugs({ sort })
      expect(new Set(whole).size).toBe(12)
      for (const limit of [1, 5, 12]) {
        const seen: string[] = []
        for (let after: string | undefined; ;) {
          const page = await catalogue.list({ sort, limit, after })
          seen.push(...page.products.map(({ slug }) => slug))
          if (!page.next) break
          after = page.next
        }
        expect(seen).toEqual(whole)
      }
    },
  )

  it('skips and repeats nothing when products come in between two pages', async () => {
    const { Product, catalogue } = await shop()
    const first = await catalogue.list({ sort: 'cheapest', limit: 4 })
    await Product.create({
      ...{ slug: 'new', name: 'New', description: 'New', category: 'home', picture: '/x.svg' },
      ...{ position: 99, price: { minor: 1, currency: 'KES' }, stock: 1 },
    })
    const second = await catalogue.list({ sort: 'cheapest', limit: 24, after: first.next })
    const slugs = [...first.products, ...second.products].map(({ slug }) => slug)
    expect(slugs).toHaveLength(12)
    expect(new Set(slugs).size).toBe(12)
  })

  it('takes whatever a customer types for words', async () => {
    const { slugs } = await shop()
    for (const search of ['"coffee', '-"sea salt" coffee', '"" coffee', '"coffee" -sun-dried'])
      expect(await slugs({ search }), search).toContain('kahawa')
    const typed = fc.stringMatching(/^[ab"'; -]{0,20}$/)
    await fc.assert(fc.asyncProperty(typed, async (search) => void (await slugs({ search }))))
  })

  it('refuses a page that it never gave, whatever it is', async () => {
    const { catalogue } = await shop()
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1 }), async (after) => {
        await expect(catalogue.list({ sort: 'shelf', limit: 1, after })).rejects.toMatchObject({
          status: 400,
        })
      }),
      { numRuns: 50 },
    )
  })
})
