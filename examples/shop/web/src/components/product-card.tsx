import { Link } from 'wouter'
import { useI18n } from '../i18n'
import type { Product } from '../types'
import { Picture } from './picture'

interface ProductCardProps {
  product: Product
  eager?: boolean
}

/** The whole card is the link; its name is the product's. */
export function ProductCard({ product, eager = false }: ProductCardProps) {
  const { t, money } = useI18n()
  return (
    <li className="card">
      <Picture of={product} sizes="(min-width: 48rem) 33vw, 50vw" glides eager={eager} />
      <div className="card-text">
        <Link href={`/products/${product.slug}`} className="card-name" lang="en">
          {product.name}
        </Link>
        <p className="price">{money(product.price)}</p>
        {product.stock === 0 && <p className="card-note">{t.soldOutHere}</p>}
        {product.stock > 0 && product.stock <= 5 && <p className="card-note">{t.fewLeft(product.stock)}</p>}
      </div>
    </li>
  )
}
