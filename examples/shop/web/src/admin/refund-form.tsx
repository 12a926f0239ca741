import { useState } from 'react'
import type { ApiError } from '../api'
import { Choice, Field } from '../components/field'
import { Submit } from '../components/submit'
import { useI18n } from '../i18n'
import type { AdminOrder, RefundablePayment, RefundMethod } from '../types'
import { refund } from './refund'
import { texts as t } from './texts'

interface RefundFormProps {
  order: AdminOrder
  payment: RefundablePayment
  done: (order: AdminOrder) => void
}

/** Gives all or a part of a payment back, while there is something left of it. */
export function RefundForm({ order, payment, done }: RefundFormProps) {
  const { money, problem } = useI18n()
  const [busy, setBusy] = useState(false)
  const [wrong, setWrong] = useState(false)
  const [error, setError] = useState<ApiError>()
  const { currency } = order.total
  const { id, attemptId, method, receipt, refundable } = payment
  if (refundable <= 0) return null

  async function submit(event: React.SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    const input = new FormData(event.currentTarget)
    const minor = Math.round(Number(input.get('amount')) * 100)
    const isWrong = !(minor > 0 && minor <= refundable)
    setWrong(isWrong)
    setError(undefined)
    if (isWrong) return
    setBusy(true)
    try {
      const way = method === 'mpesa' ? (input.get('method') as RefundMethod) : undefined
      const wish = { paymentId: id, attemptId, minor, method: way, note: String(input.get('note')) }
      done(await refund(order, wish))
    } catch (failure) {
      setError(failure as ApiError)
    }
    setBusy(false)
  }

  return (
    <section aria-labelledby="refund" className="summary">
      <h2 id="refund">{t.refund}</h2>
      <p className="muted">{[t.paidBy[method], receipt].filter(Boolean).join(' ')}</p>
      {/* What is left changes while somebody looks: the form begins anew then. */}
      <form key={refundable} className="form" onSubmit={submit}>
        {method === 'mpesa' && (
          <Choice
            label={t.refundHow}
            name="method"
            // What was given back in part, or not at all, cannot be taken back whole.
            defaultValue={receipt && order.refunds.length === 0 ? 'reversal' : 'b2c'}
          >
            {receipt && <option value="reversal">{t.refundMethod.reversal}</option>}
            <option value="b2c">{t.refundMethod.b2c}</option>
          </Choice>
        )}
        <Field
          label={t.refundAmount(currency)}
          name="amount"
          inputMode="decimal"
          required
          defaultValue={String(refundable / 100)}
          hint={t.refundLeft(money({ minor: refundable, currency }))}
          error={wrong ? t.refundWrong : undefined}
        />
        <Field label={t.refundNote} name="note" required maxLength={200} hint={t.refundNoteHint} />
        {error && (
          <p className="problem" role="alert">
            {problem(error)}
          </p>
        )}
        <Submit busy={busy}>{t.refundNow}</Submit>
      </form>
    </section>
  )
}
