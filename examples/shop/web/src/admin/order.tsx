import { useEffect } from 'react'
import { Failure } from '../components/failure'
import { Heading } from '../components/heading'
import { Lines } from '../components/lines'
import { PageSkeleton } from '../components/skeleton'
import { useI18n } from '../i18n'
import { onAdminOrder } from '../realtime'
import { authorized } from '../session'
import type { AdminOrder } from '../types'
import { Duplicate, hasBesides } from './duplicate'
import { useLoaded } from './loaded'
import { OrderReview } from './order-review'
import { RefundForm } from './refund-form'
import { texts as t } from './texts'

/** One order: who bought what, how it was paid, and what went back. */
export function OrderPage({ id }: { id: string }) {
  const { t: shop, money, date } = useI18n()
  const { value, set, error, reload } = useLoaded(`admin order ${id}`, () =>
    authorized<{ order: AdminOrder }>(`/admin/orders/${id}`),
  )
  useEffect(
    () => onAdminOrder((order) => set((known) => (known?.order.id === order.id ? { order } : known))),
    [],
  )
  if (!value) return error ? <Failure error={error} retry={reload} /> : <PageSkeleton />

  const { order } = value
  const done = (fresh: AdminOrder) => set({ order: fresh })
  return (
    <>
      <Heading>{shop.order(order.number)}</Heading>
      <p className="muted">
        {order.customer && `${order.customer.name}, ${order.customer.email}. `}
        {date(order.createdAt)}
      </p>
      <div className="columns">
        <div>
          <p role="status" className="office-status">
            <span className={`badge ${order.status}`}>{t.status[order.status]}</span>{' '}
            <span className={order.stock === 'short' ? 'field-error' : 'muted'}>{t.stock[order.stock]}</span>
          </p>
          {hasBesides(order) && <p className="problem">{order.paidWith ? t.paidTwiceHint : t.notDueHint}</p>}
          <Lines lines={order.items} total={order.total} />
        </div>
        <div className="office-money">
          {order.reviews.map((review) => (
            <OrderReview
              key={review.refundId ?? review.paymentId}
              order={order}
              review={review}
              done={done}
            />
          ))}
          {order.refunds.length > 0 && (
            <section aria-labelledby="refunds" className="summary">
              <h2 id="refunds">{t.refunds}</h2>
              <ul>
                {order.refunds.map((refund) => (
                  <li key={refund.id} className="refund">
                    <span className="price">{money(refund.amount)}</span>{' '}
                    <span className="muted">
                      {refund.method === 'b2c' && t.toPhone} {t.refundStatus[refund.status] ?? refund.status},{' '}
                      {date(refund.createdAt)}
                    </span>
                    {refund.note && <p className="muted">{refund.note}</p>}
                    {refund.reason && <p className="callback-error">{refund.reason}</p>}
                  </li>
                ))}
              </ul>
            </section>
          )}
          {order.overpaid.map((payment) => (
            <Duplicate key={payment.attemptId ?? payment.id} order={order} payment={payment} done={done} />
          ))}
          {order.paidWith && <RefundForm order={order} payment={order.paidWith} done={done} />}
        </div>
      </div>
    </>
  )
}
