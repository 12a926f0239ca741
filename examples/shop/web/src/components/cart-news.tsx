import { goneFrom, maxLines, removeFromCart, setQuantity, type Cart, type CartLine } from '../cart'
import { useI18n } from '../i18n'
import type { Product } from '../types'

interface CartNewsProps {
  items: Cart
  lines: CartLine[]
  products: Product[]
}

/** What has changed since it was put in the cart, in words, and one button that mends what cannot be ordered. */
export function CartNews({ items, lines, products }: CartNewsProps) {
  const { t, money } = useI18n()
  const gone = goneFrom(items, products)
  const short = lines.filter(({ product, quantity }) => quantity > product.stock)
  const news = [
    ...(gone.length > 0 ? [t.newsGone] : []),
    ...short.map(({ product: { name, stock } }) =>
      stock > 0 ? t.newsFewer(name, stock) : t.newsSoldOut(name),
    ),
    ...lines.flatMap(({ product, was }) =>
      was ? [t.newsPrice(product.name, money(was), money(product.price))] : [],
    ),
    ...(lines.length > maxLines ? [t.newsTooMany(maxLines, lines.length)] : []),
  ]

  function mend() {
    removeFromCart(gone)
    for (const { product } of short) setQuantity(product, product.stock)
    // The button that had the focus is gone.
    document.querySelector('h1')?.focus()
  }

  return (
    <div role="status" className={news.length > 0 ? 'cart-news' : 'hidden'}>
      {news.map((line) => (
        <p key={line}>{line}</p>
      ))}
      {gone.length + short.length > 0 && (
        <button type="button" className="button quiet" onClick={mend}>
          {t.newsMend}
        </button>
      )}
    </div>
  )
}
