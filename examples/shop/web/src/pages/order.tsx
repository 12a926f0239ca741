import { BillSlip } from '../components/bill-slip'
import { Card } from '../components/card'
import { Failure } from '../components/failure'
import { Heading } from '../components/heading'
import { Lines } from '../components/lines'
import { OrderStatus } from '../components/order-status'
import { PayForm } from '../components/pay-form'
import { Private } from '../components/private'
import { SandboxLink } from '../components/sandbox-link'
import { useI18n } from '../i18n'
import { payOrder, useOrder } from '../orders'
import type { Order, Wish } from '../types'
import { NotFoundPage } from './not-found'

export function OrderPage({ id }: { id: string }) {
  return <Private>{() => <LiveOrder id={id} />}</Private>
}

function LiveOrder({ id }: { id: string }) {
  const { t, date } = useI18n()
  const { order, error, reload } = useOrder(id)
  if (!order && error) {
    const missing = error.status === 404 || error.status === 400 || error.status === 422
    return missing ? <NotFoundPage hint={t.noSuchOrder} /> : <Failure error={error} retry={reload} />
  }

  return (
    <div className="page narrow">
      {order && (
        <>
          <Heading>{t.order(order.number)}</Heading>
          <p className="muted">{t.orderPlaced(date(order.createdAt))}</p>
        </>
      )}
      <OrderStatus order={order}>
        {order?.status === 'awaiting_payment' && (
          <PayForm label={t.pay} pay={(wish) => pay(order.id, wish)} />
        )}
        {order?.status === 'payment_failed' && (
          <PayForm label={t.payAgain} pay={(wish) => pay(order.id, wish)} />
        )}
        {order?.status === 'paying' &&
          (order.payment?.method === 'card' ? <Card id={order.id} /> : <SandboxLink />)}
      </OrderStatus>
      {order && isUnpaid(order) && <BillSlip order={order} />}
      {order && (
        <section aria-labelledby="contents">
          <h2 id="contents">{t.contents}</h2>
          <Lines lines={order.items} total={order.total} />
        </section>
      )}
    </div>
  )
}

async function pay(id: string, wish: Wish) {
  const { url } = await payOrder(id, wish)
  if (url) location.assign(url)
}

function isUnpaid({ status }: Order): boolean {
  return status === 'awaiting_payment' || status === 'payment_failed'
}
