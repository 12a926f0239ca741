import { useState } from 'react'
import type { ApiError } from '../api'
import { Field } from '../components/field'
import { Submit } from '../components/submit'
import { useI18n } from '../i18n'
import type { Review as ReviewOf } from '../types'
import { Facts, type FactList } from './facts'
import { texts } from './texts'

const t = texts.review

/** What was found out. */
export interface Found {
  refundId?: string
  status: 'succeeded' | 'failed'
  receipt?: string
}

interface ReviewProps {
  review: ReviewOf
  /** What else there is to find it by. */
  known: FactList
  /** What follows, where that is not what follows for an order. */
  then?: Record<Found['status'], string>
  settle: (found: Found) => Promise<void>
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
      <p className="muted">{props.review.isConfirmed ? t.confirmed : about.lookUp[method]}</p>
      <Whereabouts {...props} />
      <Decision {...props} />
    </section>
  )
}

/** By which it is found in the books of M-Pesa or Stripe. */
function Whereabouts({ review, known }: ReviewProps) {
  const { money, date } = useI18n()
  const { method, amount, receipt, reference, createdAt } = review
  return (
    <Facts
      of={[
        [t.amount, money(amount)],
        [t.since, date(createdAt)],
        [t.receipt, receipt],
        [t.reference, method === 'card' && reference],
        ...known,
      ]}
    />
  )
}

/** What was found, and once more whether that is so. */
function Decision({ review, then: otherwise, settle }: ReviewProps) {
  const { problem } = useI18n()
  const { refundId, method } = review
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

  async function decide(event: React.SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    setBusy(true)
    setError(undefined)
    try {
      await settle({ refundId, status: found!, receipt: named })
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
            hint={review.receipt && !review.isConfirmed ? t.receiptNamed : t.receiptHint}
            error={error?.fields.receipt}
            autoFocus={error !== undefined}
          />
        )}
        <button type="submit" className="button wide" value="succeeded">
          {about.succeeded}
        </button>
        {!review.isConfirmed && (
          <button type="submit" className="button wide quiet" value="failed" formNoValidate>
            {about.failed}
          </button>
        )}
      </form>
    )
  }
  const then = otherwise ?? about.then
  return (
    <form className="form" onSubmit={decide}>
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
