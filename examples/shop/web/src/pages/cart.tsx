import { Link } from 'wouter'
import {
  canBeOrdered,
  cartLines,
  maxQuantity,
  removeFromCart,
  setQuantity,
  totalOf,
  useCart,
  type CartLine,
} from '../cart'
import { CartNews } from '../components/cart-news'
import { Failure } from '../components/failure'
import { Heading } from '../components/heading'
import { Picture } from '../components/picture'
import { Quantity } from '../components/quantity'
import { PageSkeleton } from '../components/skeleton'
import { useI18n } from '../i18n'
import { useProducts } from '../products'

export function CartPage() {
  const { t, money } = useI18n()
  const { products, error, reload } = useProducts()
  const items = useCart()
  if (error) return <Failure error={error} retry={reload} />
  if (!products) return <PageSkeleton />
  const lines = cartLines(items, products)
  if (Object.keys(items).length === 0) return <EmptyCart />

  return (
    <div className="page">
      <Heading>{t.yourCart}</Heading>
      <CartNews items={items} lines={lines} products={products} />
      <div className="columns">
        <ul className="lines">
          {lines.map((line) => (
            <Line key={line.product.slug} line={line} />
          ))}
        </ul>
        <section className="summary" aria-labelledby="summary">
          <h2 id="summary">{t.summary}</h2>
          <p className="total" aria-live="polite">
            <span>{t.total}</span>{' '}
            <strong>
              {money(totalOf(lines.map(({ product, quantity }) => ({ ...product, quantity }))))}
            </strong>
          </p>
          {canBeOrdered(lines) ? (
            <>
              <Link href="/checkout" className="button wide">
                {t.checkOut}
              </Link>
              <p className="hint">{t.payWith}</p>
            </>
          ) : (
            <p className="hint">{t.mendFirst}</p>
          )}
        </section>
      </div>
    </div>
  )
}

function Line({ line: { product, quantity } }: { line: CartLine }) {
  const { t, money } = useI18n()

  function remove() {
    removeFromCart([product.slug])
    // The button that had the focus is gone with its line.
    document.querySelector('h1')?.focus()
  }

  return (
    <li className="line">
      <Picture of={product} />
      <div className="line-name">
        <Link href={`/products/${product.slug}`} lang="en">
          {product.name}
        </Link>
        <p className="muted">
          {money(product.price)} {t.each}
        </p>
      </div>
      <p className="price">{money(totalOf([{ price: product.price, quantity }]))}</p>
      <div className="line-tools">
        <Quantity
          label={t.quantityOf(product.name)}
          value={quantity}
          max={Math.min(product.stock, maxQuantity)}
          onChange={(next) => setQuantity(product, next)}
        />
        <button type="button" className="link" aria-label={t.removeItem(product.name)} onClick={remove}>
          {t.remove}
        </button>
      </div>
    </li>
  )
}

function EmptyCart() {
  const { t } = useI18n()
  return (
    <div className="page empty">
      <svg viewBox="0 0 96 96" width="120" height="120" aria-hidden="true" className="basket">
        <path d="M32 44C32 16 64 16 64 44" />
        <path d="M20 42h56c-1 24-8 38-28 38S21 66 20 42Z" />
        <path d="M23 54c14 6 36 6 50 0M27 65c12 5 30 5 42 0" strokeDasharray="6 4" />
      </svg>
      <Heading>{t.cartEmpty}</Heading>
      <p>{t.cartEmptyHint}</p>
      <Link href="/" className="button">
        {t.backToShop}
      </Link>
    </div>
  )
}
