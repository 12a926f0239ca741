import { useEffect, useState } from 'react'
import type { ApiError } from '../api'
import { Failure } from '../components/failure'
import { Field } from '../components/field'
import { Heading } from '../components/heading'
import { Submit } from '../components/submit'
import { useI18n } from '../i18n'
import { onePress } from '../idempotency'
import { authorized } from '../session'
import type { Balance, Question, Transaction } from '../types'
import { Facts } from './facts'
import { useLoaded } from './loaded'
import { texts } from './texts'

const t = texts.mpesa
const POLL_MS = 1_500

/** What only M-Pesa knows: the balance, and what became of a payment. Its answers come a while after the question. */
export function MpesaPage() {
  const { value, error, reload } = useLoaded('mpesa', () =>
    authorized<{ canAsk: boolean; questions: Question[] }>('/admin/mpesa'),
  )
  useEffect(() => {
    if (!value?.questions.some(({ state }) => state === 'waiting')) return
    const timer = setTimeout(reload, POLL_MS)
    return () => clearTimeout(timer)
  }, [value])

  return (
    <>
      <Heading>{texts.sections.mpesa}</Heading>
      {error && <Failure error={error} retry={reload} />}
      {!value && !error && <p className="bone bone-block" aria-busy="true" />}
      {value && !value.canAsk && <p className="problem">{t.notAskable}</p>}
      {value?.canAsk && (
        <div className="office-asking">
          <Ask heading={t.balance} path="balance" submit={t.askBalance} done={reload} />
          <Ask heading={t.transaction} path="transactions" submit={t.askTransaction} done={reload} receipt />
        </div>
      )}
      {value && <Questions questions={value.questions} />}
    </>
  )
}

interface AskProps {
  heading: string
  path: string
  submit: string
  /** With a box for it. */
  receipt?: boolean
  done: () => void
}

function Ask({ heading, path, submit, receipt = false, done }: AskProps) {
  const { problem } = useI18n()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ApiError>()

  async function ask(event: React.SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    const input = new FormData(event.currentTarget)
    const body = receipt ? { receipt: String(input.get('receipt')) } : {}
    setBusy(true)
    setError(undefined)
    try {
      await onePress(`${path} ${JSON.stringify(body)}`, (idempotencyKey) =>
        authorized(`/admin/mpesa/${path}`, { body, idempotencyKey }),
      )
      done()
    } catch (failure) {
      setError(failure as ApiError)
    }
    setBusy(false)
  }

  return (
    <section aria-labelledby={path} className="summary">
      <h2 id={path}>{heading}</h2>
      <form className="form" onSubmit={ask}>
        {receipt && (
          <Field
            label={t.receipt}
            name="receipt"
            required
            maxLength={12}
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            hint={t.receiptHint}
            error={error?.fields.receipt}
          />
        )}
        {error && !error.fields.receipt && (
          <p className="problem" role="alert">
            {problem(error)}
          </p>
        )}
        <Submit busy={busy}>{submit}</Submit>
      </form>
    </section>
  )
}

const badges = { waiting: 'awaiting_payment', late: 'review', answered: '', failed: 'payment_failed' }

function Questions({ questions }: { questions: Question[] }) {
  const { date } = useI18n()
  return (
    <section aria-labelledby="questions" className="office-section">
      <h2 id="questions">{t.questions}</h2>
      {questions.length === 0 && <p className="muted">{t.none}</p>}
      <ul aria-live="polite">
        {questions.map(({ id, about, receipt, askedAt, state, problem, answer }) => (
          <li key={id} className="callback">
            <p>
              <strong>{t.about[about]}</strong> {receipt}
            </p>
            <p className="muted">{date(askedAt)}</p>
            <p className={`badge ${badges[state]}`}>{t.state[state]}</p>
            {state === 'late' && <p className="callback-error">{t.late}</p>}
            {problem && <p className="callback-error">{problem}</p>}
            {answer && <Answer answer={answer} />}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Answer({ answer }: { answer: Balance | Transaction }) {
  const { money, date } = useI18n()
  const facts =
    'accounts' in answer
      ? answer.accounts.map(({ name, available }) => [name, money(available)] as const)
      : ([
          [t.outcome, answer.status],
          [t.amount, answer.amount && money(answer.amount)],
          [t.from, party(answer.from)],
          [t.to, party(answer.to)],
          [t.reason, answer.reason],
          [t.when, answer.at && date(answer.at)],
        ] as const)
  return <Facts of={facts} />
}

function party(who: Transaction['from']): string | null {
  return who && [who.name, who.number].filter(Boolean).join(', ')
}
