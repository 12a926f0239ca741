import { useEffect } from 'react'
import { Link } from 'wouter'
import { Failure } from '../components/failure'
import { Heading } from '../components/heading'
import { useI18n } from '../i18n'
import { onAdminOrder } from '../realtime'
import { authorized } from '../session'
import type { AdminOrder } from '../types'
import { hasBesides } from './duplicate'
import { useLoaded } from './loaded'
import { texts as t } from './texts'

/** Everybody's orders, as they change. */
export function OrdersPage() {
  const { value, set, error, reload } = useLoaded('admin orders', () =>
    authorized<{ orders: AdminOrder[] }>('/admin/orders'),
  )
  useEffect(
    () =>
      onAdminOrder((order) =>
        set(
          (known) =>
            known && { orders: [order, ...known.orders.filter(({ id }) => id !== order.id)].sort(newest) },
        ),
      ),
    [],
  )
  return (
    <>
      <Heading>{t.sections.orders}</Heading>
      {error && !value && <Failure error={error} retry={reload} />}
      {!value && !error && <p className="bone bone-block" aria-busy="true" />}
      {value?.orders.length === 0 && <p className="empty">{t.noOrders}</p>}
      <ul className="orders">
        {value?.orders.map((order) => (
          <Row key={order.id} order={order} />
        ))}
      </ul>
    </>
  )
}

function Row({ order }: { order: AdminOrder }) {
  const { money, date } = useI18n()
  return (
    <li className="order-row office-row">
      <div>
        <Link href={`/orders/${order.number}`} className="card-name">
          {order.number}
        </Link>{' '}
        <span className="muted">{order.customer && t.by(order.customer.name)}</span>
        <p className="muted">{date(order.createdAt)}</p>
      </div>
      <div className="order-sum">
        <p className="price">{money(order.total)}</p>
        <p className={`badge ${order.status}`}>{t.status[order.status]}</p>
        {order.reviews.length > 0 && order.status !== 'review' && (
          <p className="badge review">{t.status.review}</p>
        )}
        {hasBesides(order) && (
          <p className="badge payment_failed">{order.paidWith ? t.paidTwice : t.notDue}</p>
        )}
      </div>
    </li>
  )
}

const newest = (a: AdminOrder, b: AdminOrder) => b.createdAt.localeCompare(a.createdAt)
