import { useEffect } from 'react'
import { Failure } from '../components/failure'
import { Heading } from '../components/heading'
import { useI18n } from '../i18n'
import { onAdminOrder } from '../realtime'
import { authorized } from '../session'
import type { Callback, DeadLetter, Stray } from '../types'
import { DeadLetters } from './dead-letters'
import { Strays } from './strays'
import { useLoaded } from './loaded'
import { texts as t } from './texts'

/** What providers told us, and what could not be done about it. */
export function PaymentsPage() {
  const inbox = useLoaded('inbox', () => authorized<{ callbacks: Callback[] }>('/admin/payments/inbox'))
  const dead = useLoaded('dead', () =>
    authorized<{ deadLetters: DeadLetter[] }>('/admin/payments/dead-letters'),
  )
  const strays = useLoaded('strays', () => authorized<{ strays: Stray[] }>('/admin/payments/strays'))
  const reload = () => {
    strays.reload()
    inbox.reload()
    dead.reload()
  }
  useEffect(() => onAdminOrder(reload), [])
  const error = inbox.error ?? dead.error ?? strays.error

  return (
    <>
      <Heading>{t.sections.payments}</Heading>
      {error && <Failure error={error} retry={reload} />}
      {strays.value && <Strays strays={strays.value.strays} reload={strays.reload} />}
      {dead.value && <DeadLetters letters={dead.value.deadLetters} reload={reload} />}
      {inbox.value && <Inbox callbacks={inbox.value.callbacks} />}
      {!inbox.value && !error && <p className="bone bone-block" aria-busy="true" />}
    </>
  )
}

function Inbox({ callbacks }: { callbacks: Callback[] }) {
  const { date } = useI18n()
  return (
    <section aria-labelledby="inbox" className="office-section">
      <h2 id="inbox">{t.inbox}</h2>
      {callbacks.length === 0 && <p className="muted">{t.noCallbacks}</p>}
      <ul className="callbacks">
        {callbacks.map(({ id, provider, type, state, receivedAt, deliveries, error }) => (
          <li key={id} className="callback">
            <p>
              <strong>{provider}</strong> {type}
            </p>
            <p className="muted">
              {date(receivedAt)}, {t.times(deliveries)}
            </p>
            <p
              className={`badge ${state === 'dead' ? 'payment_failed' : state === 'done' ? '' : 'awaiting_payment'}`}
            >
              {t.state[state] ?? state}
            </p>
            {error && <p className="callback-error">{error}</p>}
          </li>
        ))}
      </ul>
    </section>
  )
}
