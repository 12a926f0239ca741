import type { Product } from './objects.js'
import { ok, operation } from './operation.js'
import { mergeMetadata } from './params.js'
import { missing } from './refusal.js'
import type { Work } from './work.js'

/** /v1/products: those that items of Checkout describe. None can be made by itself. */
export const productOperations = [
  operation('GET', '/v1/products/:id', {}, (work, _params, id) => {
    const product = work.get('products', id)
    if (!product) throw missing('product', id, 'id')
    return ok(product)
  }),
]

/** Records what an item describes. Like its price it is not active: nothing else can be sold by it. */
export function newProduct(
  work: Work,
  {
    metadata,
    ...given
  }: Pick<Product, 'name'> & Partial<Pick<Product, 'description' | 'images' | 'metadata' | 'tax_code'>>,
): Product {
  const product: Product = {
    id: work.context.ids.product(),
    object: 'product',
    active: false,
    created: work.now,
    default_price: null,
    description: null,
    images: [],
    livemode: false,
    marketing_features: [],
    metadata: mergeMetadata({}, metadata),
    package_dimensions: null,
    shippable: null,
    statement_descriptor: null,
    tax_code: null,
    tax_details: null,
    type: 'service',
    unit_label: null,
    updated: work.now,
    url: null,
    ...given,
  }
  work.set('products', product.id, product)
  return product
}
