import type { HydratedDocument } from 'mongoose'
import type { Product, productModel } from '../models/product.js'

/** What is for sale. */
export function createCatalogue(ProductModel: ReturnType<typeof productModel>) {
  return {
    async list() {
      const products = await ProductModel.find().sort({ position: 1 })
      return products.map(view)
    },

    async byIds(ids: string[]) {
      const products = await ProductModel.find({ _id: { $in: ids } })
      return new Map(products.map((product) => [product.id as string, view(product)]))
    },
  }
}

export type Catalogue = ReturnType<typeof createCatalogue>

function view(product: HydratedDocument<Product>) {
  const { slug, name, description, category, picture } = product
  const { minor, currency } = product.price!
  return { id: product.id as string, slug, name, description, category, price: { minor, currency }, picture }
}
