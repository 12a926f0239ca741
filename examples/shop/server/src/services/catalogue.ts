import type { HydratedDocument, QueryFilter } from 'mongoose'
import type { Product, productModel } from '../models/product.js'
import { ShopError } from '../problem.js'
import type { PictureView } from './pictures.js'
import { toSearch } from './search.js'

/** By what products are ordered. `_id` decides between equals, so that every product has a place of its own. */
export const productSorts = {
  shelf: { field: 'position', direction: 1 },
  cheapest: { field: 'price.minor', direction: 1 },
  dearest: { field: 'price.minor', direction: -1 },
} as const
export type ProductSort = keyof typeof productSorts

// Not `false`: products from before there was an archive say nothing of it.
const onShelf = { archived: { $ne: true } }

export interface ProductQuery {
  /** Words, one of which is enough; "a phrase" in quotation marks; -word for those without it. */
  search?: string | undefined
  category?: string | undefined
  /** In minor units. */
  min?: number | undefined
  max?: number | undefined
  sort: ProductSort
  /** What the page before gave as `next`. */
  after?: string | undefined
  limit: number
}

/** What is for sale. */
export function createCatalogue(ProductModel: ReturnType<typeof productModel>, pictureOf: PictureView) {
  return {
    /** One page. It goes on behind the last product of the page before, whatever was added or sold meanwhile. */
    async list({ search, category, min, max, sort, after, limit }: ProductQuery) {
      const { field, direction } = productSorts[sort]
      const words = toSearch(search ?? '')
      const price = { ...(min !== undefined && { $gte: min }), ...(max !== undefined && { $lte: max }) }
      const filter: QueryFilter<Product> = {
        ...onShelf,
        ...(words && { $text: { $search: words } }),
        ...(category && { category }),
        ...(Object.keys(price).length > 0 && { 'price.minor': price }),
        ...(after && { $and: [behind(field, direction, after)] }),
      }
      const found = await ProductModel.find(filter)
        .sort({ [field]: direction, _id: direction })
        .limit(limit + 1)
      const products = found.slice(0, limit)
      const last = found.length > limit ? products.at(-1) : undefined
      return {
        products: products.map(view),
        ...(last && { next: token(last.get(field) as number, last.id as string) }),
      }
    },

    /** Those of them that are for sale. */
    async byIds(ids: string[]) {
      const products = await ProductModel.find({ _id: { $in: ids }, ...onShelf })
      return new Map(products.map((product) => [product.id as string, view(product)]))
    },

    /** What they are called, also where they are no longer for sale. */
    async named(ids: string[]) {
      const products = await ProductModel.find({ _id: { $in: ids } }, { slug: 1, name: 1 })
      return new Map(products.map(({ id, slug, name }) => [id as string, { slug, name }]))
    },
  }

  function view(product: HydratedDocument<Product>) {
    const { slug, name, description, category, stock } = product
    const { minor, currency } = product.price!
    const id = product.id as string
    return {
      ...{ id, slug, name, description, category, price: { minor, currency } },
      ...{ ...pictureOf(product), stock },
    }
  }
}

export type Catalogue = ReturnType<typeof createCatalogue>

/** A place in the order: the value that is sorted by, and the id. */
function token(value: number, id: string): string {
  return Buffer.from(JSON.stringify([value, id])).toString('base64url')
}

function behind(field: string, direction: 1 | -1, after: string): QueryFilter<Product> {
  const [value, id] = place(after)
  const beyond = direction === 1 ? '$gt' : '$lt'
  return { $or: [{ [field]: { [beyond]: value } }, { [field]: value, _id: { [beyond]: id } }] }
}

/** It comes from outside: it may be anything. */
function place(after: string): [value: number, id: string] {
  try {
    const [value, id] = JSON.parse(Buffer.from(after, 'base64url').toString()) as unknown[]
    if (Number.isSafeInteger(value) && /^[0-9a-f]{24}$/.test(String(id))) return [value as number, String(id)]
  } catch {
    // Said below.
  }
  throw new ShopError(400, 'PAGE_UNKNOWN', 'There is no such page. Begin with the first one.')
}
