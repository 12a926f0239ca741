import { useRef, useState } from 'react'
import { Redirect, useLocation } from 'wouter'
import { cartLines, emptyCart, totalOf, useCart } from '../cart'
import { AuthForm } from '../components/auth-form'
import { Failure } from '../components/failure'
import { Heading } from '../components/heading'
import { Lines } from '../components/lines'
import { PayForm } from '../components/pay-form'
import { PageSkeleton } from '../components/skeleton'
import { useI18n } from '../i18n'
import { payOrder, placeOrder } from '../orders'
import { useProducts } from '../products'
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
    if (placed.current?.items !== items) placed.current = { id: (await placeOrder(lines)).id, items }
    const { id } = placed.current
    const { url } = await payOrder(id, wish)
    // First the address, so that the browser's way back from the card page leads to the order.
    navigate(`/orders/${id}`, { replace: true })
    emptyCart()
    if (url) location.assign(url)
  }

  const bought = lines.map(({ product, quantity }) => ({ ...product, quantity }))
  const total = totalOf(bought)
  return (
    <div className="page">
      <Heading>{t.checkOut}</Heading>
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
                <PayForm label={t.pay} pay={pay} autoFocus={cameUnknown} />
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
