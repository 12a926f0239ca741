import { Link, Route, Switch, useLocation } from 'wouter'
import { Private } from '../components/private'
import { NotFoundPage } from '../pages/not-found'
import { CommentsPage } from './comments'
import { MpesaPage } from './mpesa'
import { Online } from './online'
import { OrderPage } from './order'
import { OrdersPage } from './orders'
import { PaymentsPage } from './payments'
import { EditProductPage, ProductForm } from './product'
import { ProductsPage } from './products'
import { texts as t } from './texts'
import './admin.css'

const sections = {
  orders: '/',
  payments: '/payments',
  mpesa: '/mpesa',
  products: '/products',
  comments: '/comments',
} as const

/** The office: what the people who run the shop see and do. */
export default function Admin() {
  return (
    <Private>
      {(user) =>
        user.roles.includes('admin') ? (
          <div className="page office" lang="en">
            <div className="office-head">
              <nav aria-label={t.title} className="chips">
                {Object.entries(sections).map(([name, href]) => (
                  <Section key={name} href={href}>
                    {t.sections[name as keyof typeof sections]}
                  </Section>
                ))}
              </nav>
              <Online />
            </div>
            <Switch>
              <Route path="/" component={OrdersPage} />
              <Route path="/orders/:id">{({ id }) => <OrderPage key={id} id={id} />}</Route>
              <Route path="/payments" component={PaymentsPage} />
              <Route path="/mpesa" component={MpesaPage} />
              <Route path="/products" component={ProductsPage} />
              <Route path="/products/new">
                <ProductForm />
              </Route>
              <Route path="/products/:id">{({ id }) => <EditProductPage key={id} id={id} />}</Route>
              <Route path="/comments" component={CommentsPage} />
              <Route>
                <NotFoundPage />
              </Route>
            </Switch>
          </div>
        ) : (
          <NotFoundPage hint={t.forbidden} />
        )
      }
    </Private>
  )
}

function Section({ href, children }: { href: string; children: React.ReactNode }) {
  const [path] = useLocation()
  const isHere = href === '/' ? path === '/' || path.startsWith('/orders') : path.startsWith(href)
  return (
    <Link href={href} aria-current={isHere ? 'page' : undefined}>
      {children}
    </Link>
  )
}
