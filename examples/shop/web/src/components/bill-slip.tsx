import { useState } from 'react'
import type { ApiError } from '../api'
import { useI18n } from '../i18n'
import { authorized } from '../session'
import type { Bill, Order } from '../types'
import { SandboxLink } from './sandbox-link'

/** The order as a bill, to print or to show: a QR code, and what to type where nobody can scan it. */
export function BillSlip({ order }: { order: Order }) {
  const { t, money, problem } = useI18n()
  const [bill, setBill] = useState<Bill>()
  const [error, setError] = useState<ApiError>()

  async function show() {
    setError(undefined)
    try {
      setBill((await authorized<{ bill: Bill }>(`/orders/${order.id}/bill`)).bill)
    } catch (failure) {
      setError(failure as ApiError)
    }
  }

  return (
    <section className="bill" aria-labelledby="bill">
      <h2 id="bill">{t.billTitle}</h2>
      {!bill && (
        <>
          <p className="hint">{t.billHint}</p>
          <button type="button" className="button quiet" onClick={() => void show()}>
            {t.billShow}
          </button>
        </>
      )}
      {error && (
        <p className="problem" role="alert">
          {problem(error)}
        </p>
      )}
      {bill && (
        <div className="slip">
          <img
            src={`data:image/png;base64,${bill.pngBase64}`}
            alt={t.billAlt(order.number)}
            width="300"
            height="300"
          />
          <dl>
            <dt>{t.billPaybill}</dt>
            <dd>{bill.paybill}</dd>
            <dt>{t.billAccount}</dt>
            <dd>{bill.account}</dd>
            <dt>{t.billAmount}</dt>
            <dd>{money(bill.amount)}</dd>
          </dl>
          <p className="hint">{t.billSteps}</p>
          <button type="button" className="button quiet" onClick={() => print()}>
            {t.billPrint}
          </button>
          <SandboxLink />
        </div>
      )}
    </section>
  )
}
