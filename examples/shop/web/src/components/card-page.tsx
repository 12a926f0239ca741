import { useState } from 'react'
import type { ApiError } from '../api'
import { useI18n } from '../i18n'
import { giveUpPayment, payOrder } from '../orders'

/** The card page is open, perhaps in another tab: go on there, or pay otherwise. */
export function CardPage({ id }: { id: string }) {
  const { t, problem } = useI18n()
  const [error, setError] = useState<ApiError>()

  async function goOn() {
    setError(undefined)
    const url = await payOrder(id, { method: 'card' })
    if (url) location.assign(url)
  }

  return (
    <div className="card-page">
      <button type="button" className="button" onClick={() => void goOn().catch(setError)}>
        {t.cardPage}
      </button>
      <button type="button" className="link" onClick={() => void giveUpPayment(id).catch(setError)}>
        {t.payOtherwise}
      </button>
      {error && (
        <p className="problem" role="alert">
          {problem(error)}
        </p>
      )}
    </div>
  )
}
