import { useRef, useState } from 'react'
import { Redirect, useLocation } from 'wouter'
import type { ApiError } from '../api'
import { canBeOrdered, cartLines, emptyCart, totalOf, useCart } from '../cart'
import { AuthForm } from '../components/auth-form'
import { CartNews } from '../components/cart-news'
import { Failure } from '../components/failure'
import { Heading } from '../components/heading'
import { Lines } from '../components/lines'
import { PayForm } from '../components/pay-form'
import { PageSkeleton } from '../components/skeleton'
import { useI18n } from '../i18n'
import { payOrder, placeOrder } from '../orders'
import { reloadProducts, useProducts } from '../products'
import { useSession } from '../session'
import type { Wish } from '../types'

export function CheckoutPage() {
  const { t, money } = useI18n()
  const [, navigate] = useLocation()
  const { status, user } = useSession()
  const { products, error, reload } = useProducts()
  const items = useCart()
  // An order whose payment was refused is the order to pay, as long as the cart is the same.
  const placed = useRef<{ id: string; items: typeof items }>(undefined)
  // Whoever signs in here finds the cursor where they go on.
  const [cameUnknown] = useState(status === 'anonymous')

  if (error) return <Failure error={error} retry={reload} />
  if (!products || status === 'loading') return <PageSkeleton />
  const lines = cartLines(items, products)
  if (lines.length === 0) return <Redirect to="/cart" replace />

  async function pay(wish: Wish) {
    if (placed.current?.items !== items) placed.current = { id: await place(), items }
    const { id } = placed.current
    const { url } = await payOrder(id, wish)
    // First the address, so that the browser's way back from the card page leads to the order.
    navigate(`/orders/${id}`, { replace: true })
    emptyCart()
    if (url) location.assign(url)
  }

  /** Refused because something is sold out, gone or dearer: the page then says what. */
  async function place(): Promise<string> {
    try {
      return (await placeOrder(lines, total)).id
    } catch (error) {
      if (['SOLD_OUT', 'PRODUCT_GONE', 'PRICE_CHANGED'].includes((error as ApiError).code)) reloadProducts()
      throw error
    }
  }

  const bought = lines.map(({ product, quantity }) => ({ ...product, quantity }))
  const total = totalOf(bought)
  return (
    <div className="page">
      <Heading>{t.checkOut}</Heading>
      <CartNews items={items} lines={lines} products={products} />
      <div className="columns">
        <div className="steps">
          <section aria-labelledby="account" className="step">
            <h2 id="account">{t.stepAccount}</h2>
            {user ? (
              <p>{t.signedInAs(user.name, user.email)}</p>
            ) : (
              <>
                <p className="muted">{t.signInFirst}</p>
                <AuthForm first="register" heading={(text) => <h3>{text}</h3>} />
              </>
            )}
          </section>
          <section aria-labelledby="payment" className={`step ${user ? '' : 'later'}`}>
            <h2 id="payment">{t.stepPay}</h2>
            {user && (
              <>
                <p className="due">
                  {t.toPay} <strong>{money(total)}</strong>
                </p>
                {canBeOrdered(lines) ? (
                  <PayForm label={t.pay} pay={pay} autoFocus={cameUnknown} />
                ) : (
                  <p className="hint">{t.mendFirst}</p>
                )}
              </>
            )}
          </section>
        </div>
        <section className="summary" aria-labelledby="summary">
          <h2 id="summary">{t.summary}</h2>
          <Lines lines={bought} total={total} />
        </section>
      </div>
    </div>
  )
}
