import { useState } from 'react'
import { Link } from 'wouter'
import { addToCart, maxLines, roomFor, useCart } from '../cart'
import { Comments } from '../components/comments'
import { Failure } from '../components/failure'
import { Heading } from '../components/heading'
import { Picture } from '../components/picture'
import { ProductCard } from '../components/product-card'
import { Quantity } from '../components/quantity'
import { PageSkeleton } from '../components/skeleton'
import { useI18n } from '../i18n'
import { useProducts } from '../products'
import type { Product } from '../types'
import { NotFoundPage } from './not-found'

export function ProductPage({ slug }: { slug: string }) {
  const { t, money } = useI18n()
  const { products, error, reload } = useProducts()
  if (error) return <Failure error={error} retry={reload} />
  if (!products) return <PageSkeleton />
  const product = products.find((candidate) => candidate.slug === slug)
  if (!product) return <NotFoundPage />

  return (
    <div className="page">
      <article className="product">
        <Picture
          of={product}
          alt={product.pictureAlt || product.name}
          sizes="(min-width: 48rem) 50vw, 100vw"
          glides
          eager
        />
        <div className="product-text">
          <Link href={`/?category=${product.category}`} className="eyebrow">
            {t.categories[product.category] ?? product.category}
          </Link>
          <Heading lang="en">{product.name}</Heading>
          <p className="price large">{money(product.price)}</p>
          <p className="lead" lang="en">
            {product.description}
          </p>
          <AddToCart product={product} />
          <p className="hint">{t.payWith}</p>
        </div>
      </article>
      <Comments product={product} />
      <section aria-labelledby="also">
        <h2 id="also">{t.alsoHere}</h2>
        <ul className="grid four">
          {others(products, product).map((other) => (
            <ProductCard key={other.id} product={other} />
          ))}
        </ul>
      </section>
    </div>
  )
}

function AddToCart({ product }: { product: Product }) {
  const { t } = useI18n()
  const [quantity, setQuantity] = useState(1)
  const [added, setAdded] = useState(false)
  const items = useCart()
  const inCart = items[product.slug]?.quantity ?? 0
  const room = roomFor(product, items)
  const wanted = Math.min(quantity, room)

  function add() {
    addToCart(product, wanted)
    setQuantity(1)
    setAdded(true)
  }

  return (
    <div className="buy">
      {room > 0 && (
        <>
          <Quantity label={t.quantity} value={wanted} max={room} onChange={setQuantity} />
          <button type="button" className="button" onClick={add}>
            {t.addToCart}
          </button>
        </>
      )}
      <p className="added" aria-live="polite">
        {added && inCart > 0 && t.added(inCart)}
      </p>
      {product.stock > 0 && product.stock <= 5 && <p className="card-note">{t.fewLeft(product.stock)}</p>}
      {room === 0 && <p className="no-room">{whyNot()}</p>}
    </div>
  )

  function whyNot(): string {
    if (product.stock === 0) return t.soldOutNote
    return inCart > 0 ? t.allInCart(inCart) : t.cartFull(maxLines)
  }
}

/** Four more: first from the same shelf, then those that stand next in the shop. */
function others(products: Product[], product: Product): Product[] {
  const start = products.indexOf(product) + 1
  const rest = [...products.slice(start), ...products.slice(0, start - 1)]
  const near = rest.filter(({ category }) => category === product.category)
  return [...near, ...rest.filter(({ category }) => category !== product.category)].slice(0, 4)
}
