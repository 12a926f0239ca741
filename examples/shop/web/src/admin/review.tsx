import { useState } from 'react'
import type { ApiError } from '../api'
import { Field } from '../components/field'
import { Submit } from '../components/submit'
import { useI18n } from '../i18n'
import { authorized } from '../session'
import type { AdminOrder, Review as ReviewOf } from '../types'
import { texts } from './texts'

const t = texts.review

interface ReviewProps {
  order: AdminOrder
  review: ReviewOf
  done: (order: AdminOrder) => void
}

/** A payment or a refund of which nobody knows what became: why, where to look it up, and what was found there. */
export function Review(props: ReviewProps) {
  const { paymentId, refundId, method, reason = 'unresolved' } = props.review
  const about = refundId ? t.refund : t.payment
  const heading = `review-${refundId ?? paymentId}`
  return (
    <section aria-labelledby={heading} className="summary office-review">
      <h2 id={heading}>{about.title}</h2>
      <p>{refundId ? t.refund.why : t.payment.why[reason]}</p>
      <p className="muted">{about.lookUp[method]}</p>
      <Facts {...props} />
      <Decision {...props} />
    </section>
  )
}

/** By which it is found in the books of M-Pesa or Stripe. */
function Facts({ order, review }: ReviewProps) {
  const { money, date } = useI18n()
  const { paymentId, refundId, method, amount, receipt, reference, createdAt } = review
  const way = order.refunds.find(({ id }) => id === refundId)?.method
  const facts = [
    [t.amount, money(amount)],
    [t.since, date(createdAt)],
    [t.account, method === 'mpesa' && order.number],
    [t.phone, order.payment?.id === paymentId && order.payment.phone],
    [t.receipt, receipt],
    [t.reference, method === 'card' && reference],
    [t.way, way && texts.refundMethod[way]],
  ] as const
  return (
    <dl className="office-facts">
      {facts.map(
        ([name, value]) =>
          value && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  )
}

/** What was found, and once more whether that is so. */
function Decision({ order, review, done }: ReviewProps) {
  const { problem } = useI18n()
  const { paymentId, refundId, method } = review
  /** null: what was said is to be said anew. */
  const [found, setFound] = useState<'succeeded' | 'failed' | null>()
  const [receipt, setReceipt] = useState(review.receipt ?? '')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ApiError>()
  const about = refundId ? t.refund : t.payment
  const hasReceipt = method === 'mpesa' && !refundId
  const named = hasReceipt && found === 'succeeded' ? receipt.trim().toUpperCase() : undefined

  function ask(event: React.SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    const { submitter } = event.nativeEvent as SubmitEvent
    setError(undefined)
    setFound((submitter as HTMLButtonElement).value === 'failed' ? 'failed' : 'succeeded')
  }

  async function settle(event: React.SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    const body = { paymentId, refundId, status: found, receipt: named }
    setBusy(true)
    setError(undefined)
    try {
      done((await authorized<{ order: AdminOrder }>(`/admin/orders/${order.id}/reviews`, { body })).order)
    } catch (failure) {
      setError(failure as ApiError)
      if ((failure as ApiError).fields.receipt) setFound(null)
    }
    setBusy(false)
  }

  if (!found) {
    return (
      <form className="form" onSubmit={ask} tabIndex={-1} ref={found === null && !error ? takeFocus : null}>
        {hasReceipt && (
          <Field
            label={t.receipt}
            name="receipt"
            value={receipt}
            onChange={(event) => setReceipt(event.currentTarget.value)}
            required
            maxLength={12}
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            hint={review.receipt ? t.receiptNamed : t.receiptHint}
            error={error?.fields.receipt}
            autoFocus={error !== undefined}
          />
        )}
        <button type="submit" className="button wide" value="succeeded">
          {about.succeeded}
        </button>
        <button type="submit" className="button wide quiet" value="failed" formNoValidate>
          {about.failed}
        </button>
      </form>
    )
  }
  const then = order.paidWith && !refundId ? t.payment.thenBesides : about.then
  return (
    <form className="form" onSubmit={settle}>
      <p ref={takeFocus} tabIndex={-1}>
        <strong>{[about[found], named].filter(Boolean).join(': ')}.</strong> {then[found]} {t.forGood}
      </p>
      {error && (
        <p className="problem" role="alert">
          {problem(error)}
        </p>
      )}
      <Submit busy={busy}>{about.sure[found]}</Submit>
      <button type="button" className="button wide quiet" onClick={() => setFound(null)}>
        {t.back}
      </button>
    </form>
  )
}

/** The button that had it is gone. */
function takeFocus(element: HTMLElement | null) {
  element?.focus()
}
