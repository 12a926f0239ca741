import { useState } from 'react'
import type { ApiError } from '../api'
import { Field } from '../components/field'
import { Submit } from '../components/submit'
import { useI18n } from '../i18n'
import { onePress } from '../idempotency'
import { authorized } from '../session'
import type { AdminOrder } from '../types'
import { texts as t } from './texts'

/** Gives all or a part of the money back. */
export function RefundForm({ order, done }: { order: AdminOrder; done: (order: AdminOrder) => void }) {
  const { money, problem } = useI18n()
  const [busy, setBusy] = useState(false)
  const [wrong, setWrong] = useState(false)
  const [error, setError] = useState<ApiError>()
  const { currency } = order.total

  async function submit(event: React.SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    const input = new FormData(event.currentTarget)
    const minor = Math.round(Number(input.get('amount')) * 100)
    const isWrong = !(minor > 0 && minor <= order.refundable)
    setWrong(isWrong)
    setError(undefined)
    if (isWrong) return
    const body = { minor, note: String(input.get('note')) }
    setBusy(true)
    try {
      const answer = await onePress(`refund ${order.id} ${JSON.stringify(body)}`, (idempotencyKey) =>
        authorized<{ order: AdminOrder }>(`/admin/orders/${order.id}/refunds`, { body, idempotencyKey }),
      )
      done(answer.order)
    } catch (failure) {
      setError(failure as ApiError)
    }
    setBusy(false)
  }

  return (
    <section aria-labelledby="refund" className="summary">
      <h2 id="refund">{t.refund}</h2>
      <form className="form" onSubmit={submit}>
        <Field
          label={t.refundAmount(currency)}
          name="amount"
          inputMode="decimal"
          required
          defaultValue={String(order.refundable / 100)}
          hint={t.refundLeft(money({ minor: order.refundable, currency }))}
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
