import { useState } from 'react'
import type { ApiError } from '../api'
import { Submit } from '../components/submit'
import { useI18n } from '../i18n'
import type { AdminOrder, RefundablePayment } from '../types'
import { refund } from './refund'
import { texts as t } from './texts'

interface DuplicateProps {
  order: AdminOrder
  payment: RefundablePayment
  done: (order: AdminOrder) => void
}

/** Something came besides, and has not been given back. */
export function hasBesides({ overpaid }: AdminOrder): boolean {
  return overpaid.some(({ refundable }) => refundable > 0)
}

/** Money that came although the order was paid, or that is not what it costs: one press gives it back whole. */
export function Duplicate({ order, payment, done }: DuplicateProps) {
  const { money, problem } = useI18n()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ApiError>()
  const { id, attemptId, method, receipt, refundable: minor } = payment
  if (minor <= 0) return null
  const title = order.paidWith ? t.paidTwice : t.notDue
  const what = [t.paidBy[method], receipt].filter(Boolean).join(' ')
  const heading = `duplicate-${attemptId ?? id}`

  async function giveBack(event: React.SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    setBusy(true)
    setError(undefined)
    try {
      done(await refund(order, { paymentId: id, attemptId, minor, note: title }))
    } catch (failure) {
      setError(failure as ApiError)
    }
    setBusy(false)
  }

  return (
    <section aria-labelledby={heading} className="summary">
      <h2 id={heading}>{title}</h2>
      <p className="muted">{order.paidWith ? t.duplicateHint(what) : what}</p>
      <form className="form" onSubmit={giveBack}>
        {error && (
          <p className="problem" role="alert">
            {problem(error)}
          </p>
        )}
        <Submit busy={busy}>{t.giveBack(money({ minor, currency: order.total.currency }))}</Submit>
      </form>
    </section>
  )
}
