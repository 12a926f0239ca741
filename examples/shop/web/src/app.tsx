import { lazy, Suspense, useEffect } from 'react'
import { flushSync } from 'react-dom'
import { Route, Router, Switch, useLocation, type AroundNavHandler } from 'wouter'
import { Boundary } from './components/boundary'
import { Footer } from './components/footer'
import { Header } from './components/header'
import { PageSkeleton } from './components/skeleton'
import { useI18n } from './i18n'
import { AccountPage } from './pages/account'
import { CartPage } from './pages/cart'
import { CheckoutPage } from './pages/checkout'
import { HomePage } from './pages/home'
import { NotFoundPage } from './pages/not-found'
import { OrderPage } from './pages/order'
import { OrdersPage } from './pages/orders'
import { ProductPage } from './pages/product'
import { ForgotPage, ResetPage } from './pages/reset'

// The office is fetched by those who work there.
const Admin = lazy(() => import('./admin/admin'))

export function App() {
  const { lang, t } = useI18n()
  const [path] = useLocation()
  useEffect(() => {
    document.documentElement.lang = lang
  }, [lang])

  return (
    <Router aroundNav={glide}>
      <a className="skip" href="#content">
        {t.skip}
      </a>
      <Header />
      <main id="content" tabIndex={-1}>
        <Boundary path={path}>
          <Switch>
            <Route path="/" component={HomePage} />
            <Route path="/products/:slug">{({ slug }) => <ProductPage key={slug} slug={slug} />}</Route>
            <Route path="/cart" component={CartPage} />
            <Route path="/checkout" component={CheckoutPage} />
            <Route path="/orders" component={OrdersPage} />
            <Route path="/orders/:id">{({ id }) => <OrderPage key={id} id={id} />}</Route>
            <Route path="/account" component={AccountPage} />
            <Route path="/forgot" component={ForgotPage} />
            <Route path="/reset" component={ResetPage} />
            <Route path="/admin" nest>
              <Suspense fallback={<PageSkeleton />}>
                <Admin />
              </Suspense>
            </Route>
            <Route>
              <NotFoundPage />
            </Route>
          </Switch>
        </Boundary>
      </main>
      <Footer />
    </Router>
  )
}

/** A picture glides from the shelf to its own page, where the browser can and the visitor likes motion. */
const glide: AroundNavHandler = (navigate, to, options) => {
  if (options?.replace) return navigate(to, options)
  const go = () => {
    navigate(to, options)
    scrollTo(0, 0)
  }
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches
  if (still || !document.startViewTransition) return go()
  const transition = document.startViewTransition(() => flushSync(go))
  // A transition that the browser skips (a hidden tab, another click) is no failure.
  transition.ready.catch(() => {})
  transition.finished.catch(() => {})
}
