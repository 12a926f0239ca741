import type { HydratedDocument } from 'mongoose'
import type { Product, productModel } from '../models/product.js'
import { isDuplicate } from '../mongo.js'
import { ShopError } from '../problem.js'
import type { PictureView } from './pictures.js'

/** What an administrator says of a product. */
export interface ProductText {
  name: string
  description: string
  category: string
  /** In minor units. */
  price: number
}

/** What is on the shelves and what was: nothing is deleted, so that old orders still lead somewhere. */
export function createAssortment(ProductModel: ReturnType<typeof productModel>, pictureOf: PictureView) {
  return {
    /** All of it, in the order of the shelves. */
    async list() {
      return (await ProductModel.find().sort({ position: 1, _id: 1 }).limit(500)).map(view)
    },

    async find(id: string) {
      return view(found(await ProductModel.findById(id)))
    },

    async create({ name, description, category, price, stock }: ProductText & { stock: number }) {
      const last = await ProductModel.findOne().sort({ position: -1 })
      try {
        const product = await ProductModel.create({
          ...{ slug: slugOf(name), name, description, category, stock },
          ...{ price: { minor: price, currency: 'KES' }, picture: '/pictures/new.svg' },
          position: (last?.position ?? 0) + 1,
        })
        return view(product)
      } catch (error) {
        if (!isDuplicate(error)) throw error
        throw new ShopError(409, 'NAME_TAKEN', 'There is a product of this name. Choose another.')
      }
    },

    /** `stockChange` is added to what is free, which orders change at the same time; it is never below zero. */
    async change(
      id: string,
      { price, stockChange = 0, ...texts }: Partial<ProductText & { stockChange: number; archived: boolean }>,
    ) {
      const set = { ...texts, ...(price !== undefined && { 'price.minor': price }) }
      const product = await ProductModel.findOneAndUpdate(
        { _id: id, ...(stockChange < 0 && { stock: { $gte: -stockChange } }) },
        {
          ...(Object.keys(set).length > 0 && { $set: set }),
          ...(stockChange !== 0 && { $inc: { stock: stockChange } }),
        },
        { returnDocument: 'after' },
      )
      if (!product && (await ProductModel.exists({ _id: id }))) {
        throw new ShopError(409, 'STOCK_TOO_LOW', 'There are no longer that many that could be taken away.')
      }
      return view(found(product))
    },
  }

  function view(product: HydratedDocument<Product>) {
    const { slug, name, description, category, stock, archived } = product
    const { minor, currency } = product.price!
    const held = product.reservations.reduce((sum, { quantity }) => sum + quantity, 0)
    const id = product.id as string
    return {
      ...{ id, slug, name, description, category, price: { minor, currency } },
      ...{ ...pictureOf(product), hasPhoto: Boolean(product.photo), stock, held, archived },
    }
  }
}

export type Assortment = ReturnType<typeof createAssortment>

function found(product: HydratedDocument<Product> | null): HydratedDocument<Product> {
  if (!product) throw new ShopError(404, 'PRODUCT_NOT_FOUND', 'There is no such product.')
  return product
}

/** What stands in the address: letters and digits of the name. A name without any is known by its time. */
function slugOf(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  return plain.replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '') || `product-${Date.now()}`
}
