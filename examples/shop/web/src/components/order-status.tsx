import { useStore } from '../store'
import { useI18n } from '../i18n'
import { connection } from '../realtime'
import type { Order } from '../types'
import { StatusSign } from './status-sign'

interface OrderStatusProps {
  order: Order | undefined
  /** What the customer can do now. */
  children?: React.ReactNode
}

/** How the payment is doing, in the payer's words. Its live region stays in place, so that changes are read out. */
export function OrderStatus({ order, children }: OrderStatusProps) {
  const { t } = useI18n()
  const offline = useStore(connection).status === 'reconnecting'
  return (
    <section className={`status ${order?.status ?? 'bone'}`} aria-label={t.stepPay} aria-busy={!order}>
      {order && <StatusSign status={order.status} />}
      <div role="status" className="status-text">
        {order && <StatusWords order={order} />}
      </div>
      {children}
      {order?.status === 'paying' && offline && <p className="hint reconnecting">{t.reconnecting}</p>}
    </section>
  )
}

function StatusWords({ order }: { order: Order }) {
  const { t, lang, money } = useI18n()
  const { status, payment, refunded } = order
  const told = payment?.message?.[lang]
  const byCard = payment?.method === 'card'
  const back = refunded.minor > 0 && t.refundedHint(money(refunded))
  const hints = {
    awaiting_payment: [t.awaitingHint],
    paying: byCard ? [t.payingCardHint] : [t.payingHint(payment?.phone ?? ''), t.payingSlow],
    paid: [byCard ? t.paidByCard : payment?.receipt && t.paidReceipt(payment.receipt), back || t.paidHint],
    refunded: [back],
    payment_failed: [told ?? t.failedHint],
    review: [t.reviewHint],
  }[status]
  return (
    <>
      <p className="status-title">{status === 'paying' && byCard ? t.payingCard : t.status[status]}</p>
      {hints.map((hint, i) => hint && <p key={i}>{hint}</p>)}
    </>
  )
}
