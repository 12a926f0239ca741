import { useState } from 'react'
import type { ApiError } from '../api'
import { Field } from '../components/field'
import { Submit } from '../components/submit'
import { useI18n } from '../i18n'
import { onePress } from '../idempotency'
import { authorized } from '../session'
import type { Stray } from '../types'
import { Review } from './review'
import { texts as t } from './texts'

/** Money that came for no order of ours, until it went back. Where there is none, nothing is said. */
export function Strays({ strays, reload }: { strays: Stray[]; reload: () => void }) {
  if (strays.length === 0) return null
  return (
    <section aria-labelledby="strays" className="office-section">
      <h2 id="strays">{t.strays}</h2>
      <ul className="dead-letters">
        {strays.map((stray) => (
          <Item key={stray.id} stray={stray} reload={reload} />
        ))}
      </ul>
    </section>
  )
}

function Item({ stray, reload }: { stray: Stray; reload: () => void }) {
  const { money, date, problem } = useI18n()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ApiError>()
  const { id, account, amount, from, receipt, refundable, reviews, createdAt } = stray

  async function refund(event: React.SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    const body = { note: String(new FormData(event.currentTarget).get('note')) }
    setBusy(true)
    setError(undefined)
    await onePress(`stray ${id} ${body.note}`, (idempotencyKey) =>
      authorized(`/admin/payments/strays/${id}/refunds`, { body, idempotencyKey }),
    ).then(reload, setError)
    setBusy(false)
  }

  return (
    <li className="dead-letter">
      <p>
        <strong className="price">{money(amount)}</strong>{' '}
        <span className="muted">
          {[t.strayAccount(account), receipt, from, date(createdAt)].filter(Boolean).join(', ')}
        </span>
      </p>
      {reviews.map((review) => (
        <Review
          key={review.refundId ?? id}
          review={review}
          known={[]}
          {...(!review.refundId && { then: t.review.payment.thenStray })}
          settle={async (body) => {
            await authorized(`/admin/payments/strays/${id}/reviews`, { body })
            reload()
          }}
        />
      ))}
      {refundable > 0 ? (
        <details>
          <summary>{t.refund}</summary>
          <form className="form" onSubmit={refund}>
            <Field label={t.refundNote} name="note" required maxLength={200} />
            <Submit busy={busy}>{t.refundNow}</Submit>
          </form>
        </details>
      ) : (
        reviews.length === 0 && <p className="muted">{t.strayBack}</p>
      )}
      {error && (
        <p className="problem" role="alert">
          {problem(error)}
        </p>
      )}
    </li>
  )
}
