import { Link } from 'wouter'
import { Failure } from '../components/failure'
import { Heading } from '../components/heading'
import { Picture } from '../components/picture'
import { Private } from '../components/private'
import { useI18n } from '../i18n'
import { useOrders } from '../orders'
import type { Order } from '../types'

export function OrdersPage() {
  const { t } = useI18n()
  return (
    <Private>
      {() => (
        <div className="page narrow">
          <Heading>{t.yourOrders}</Heading>
          <OrderList />
        </div>
      )}
    </Private>
  )
}

function OrderList() {
  const { t } = useI18n()
  const { orders, error, reload } = useOrders()
  if (!orders)
    return error ? (
      <Failure error={error} retry={reload} />
    ) : (
      <p className="bone bone-block" aria-busy="true" />
    )
  if (orders.length === 0) {
    return (
      <div className="empty">
        <p className="lead">{t.ordersEmpty}</p>
        <Link href="/" className="button">
          {t.backToShop}
        </Link>
      </div>
    )
  }
  return (
    <ul className="orders">
      {orders.map((order) => (
        <OrderRow key={order.id} order={order} />
      ))}
    </ul>
  )
}

function OrderRow({ order }: { order: Order }) {
  const { t, money, date } = useI18n()
  return (
    <li className="order-row">
      <div className="pile">
        {order.items.slice(0, 3).map((item) => (
          <Picture key={item.slug} of={item} />
        ))}
      </div>
      <div>
        <Link href={`/orders/${order.id}`} className="card-name">
          {t.order(order.number)}
        </Link>
        <p className="muted">{date(order.createdAt)}</p>
      </div>
      <div className="order-sum">
        <p className="price">{money(order.total)}</p>
        <p className={`badge ${order.status}`}>{t.status[order.status]}</p>
      </div>
    </li>
  )
}
