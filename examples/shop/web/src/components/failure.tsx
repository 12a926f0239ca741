import type { ApiError } from '../api'
import { useI18n } from '../i18n'

/** A page or a part of it that could not be loaded. */
export function Failure({ error, retry }: { error: ApiError; retry: () => void }) {
  const { t, problem } = useI18n()
  return (
    <div className="empty" role="alert">
      <h2>{t.errorTitle}</h2>
      <p>{problem(error)}</p>
      <button type="button" className="button quiet" onClick={retry}>
        {t.tryAgain}
      </button>
    </div>
  )
}
