import { useState } from 'react'
import type { ApiError } from '../api'
import { useConfig } from '../config'
import { useI18n } from '../i18n'
import { giveUpPayment, payOrder } from '../orders'
import { CardForm } from './card-form'

/** An order that waits for a card: the form for it, or the way back to the page of it; or pay otherwise. */
export function Card({ id }: { id: string }) {
  const { t, problem } = useI18n()
  const { cardFormKey } = useConfig()
  const [error, setError] = useState<ApiError>()

  return (
    <div className="card-page">
      {cardFormKey ? <CardForm id={id} formKey={cardFormKey} /> : <ToThePage id={id} failed={setError} />}
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

/** The page may be open in another tab. */
function ToThePage({ id, failed }: { id: string; failed: (error?: ApiError) => void }) {
  const { t } = useI18n()

  async function goOn() {
    failed(undefined)
    const { url } = await payOrder(id, { method: 'card' })
    if (url) location.assign(url)
  }

  return (
    <button type="button" className="button" onClick={() => void goOn().catch(failed)}>
      {t.cardPage}
    </button>
  )
}
