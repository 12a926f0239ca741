import { useState } from 'react'
import type { ApiError } from '../api'
import { Field } from '../components/field'
import { useI18n } from '../i18n'
import { authorized } from '../session'
import type { DeadLetter } from '../types'
import { texts as t } from './texts'

interface DeadLettersProps {
  letters: DeadLetter[]
  reload: () => void
}

/** Each can be tried again once its cause is mended, or be put aside with a reason. */
export function DeadLetters({ letters, reload }: DeadLettersProps) {
  return (
    <section aria-labelledby="dead" className="office-section">
      <h2 id="dead">{t.dead}</h2>
      <p role="status" className="muted">
        {letters.length === 0 && t.noDead}
      </p>
      <ul className="dead-letters">
        {letters.map((letter) => (
          <Letter key={letter.id} letter={letter} reload={reload} />
        ))}
      </ul>
    </section>
  )
}

function Letter({ letter, reload }: { letter: DeadLetter; reload: () => void }) {
  const { date, problem } = useI18n()
  const [error, setError] = useState<ApiError>()

  async function act(action: 'replay' | 'discard', body?: object) {
    setError(undefined)
    const path = `/admin/payments/dead-letters/${encodeURIComponent(letter.id)}/${action}`
    await authorized(path, { method: 'POST', ...(body && { body }) }).then(reload, setError)
  }

  function discard(event: React.SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    void act('discard', { reason: String(new FormData(event.currentTarget).get('reason')) })
  }

  return (
    <li className="dead-letter">
      <p>
        <strong>{t.deadKind[letter.kind]}</strong>{' '}
        <span className="muted">
          {t.attempts(letter.attempts)}, {date(letter.diedAt)}
        </span>
      </p>
      <p className="callback-error">{letter.error}</p>
      <button type="button" className="button" onClick={() => void act('replay')}>
        {t.replay}
      </button>
      <details>
        <summary>{t.discard}</summary>
        <form className="form" onSubmit={discard}>
          <Field label={t.discardReason} name="reason" required maxLength={500} />
          <button type="submit" className="button quiet">
            {t.discard}
          </button>
        </form>
      </details>
      {error && (
        <p className="problem" role="alert">
          {problem(error)}
        </p>
      )}
    </li>
  )
}
