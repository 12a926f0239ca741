import { Link } from 'wouter'
import { Failure } from '../components/failure'
import { Heading } from '../components/heading'
import { Picture } from '../components/picture'
import { useI18n } from '../i18n'
import { authorized } from '../session'
import type { AdminProduct } from '../types'
import { useLoaded } from './loaded'
import { texts as t } from './texts'

/** What is for sale, and what was. */
export function ProductsPage() {
  const { value, error, reload } = useLoaded('admin products', () =>
    authorized<{ products: AdminProduct[] }>('/admin/products'),
  )
  return (
    <>
      <Heading>{t.sections.products}</Heading>
      <p className="office-acts">
        <Link href="/products/new" className="button">
          {t.newProduct}
        </Link>
      </p>
      {error && !value && <Failure error={error} retry={reload} />}
      {!value && !error && <p className="bone bone-block" aria-busy="true" />}
      {value?.products.length === 0 && <p className="empty">{t.noProducts}</p>}
      <ul className="orders">
        {value?.products.map((product) => (
          <Row key={product.id} product={product} />
        ))}
      </ul>
    </>
  )
}

function Row({ product }: { product: AdminProduct }) {
  const { t: shop, money } = useI18n()
  return (
    <li className="order-row office-row product-row">
      <Picture of={product} />
      <div>
        <Link href={`/products/${product.id}`} className="card-name">
          {product.name}
        </Link>
        <p className="muted">{shop.categories[product.category] ?? product.category}</p>
      </div>
      <div className="order-sum">
        <p className="price">{money(product.price)}</p>
        {product.archived ? (
          <p className="badge">{t.archived}</p>
        ) : (
          <p className="muted">{t.inStock(product.stock, product.held)}</p>
        )}
      </div>
    </li>
  )
}
