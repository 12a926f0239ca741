import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import type { ApiError } from '../api'
import { Field } from '../components/field'
import { Heading } from '../components/heading'
import { Submit } from '../components/submit'
import { useI18n } from '../i18n'
import { forgotPassword, resetPassword } from '../session'

/** Asks for a link. What it answers does not tell whether there is such an account. */
export function ForgotPage() {
  const { t } = useI18n()
  const [sent, setSent] = useState(false)
  return (
    <div className="page narrow form-page">
      <Heading title={t.forgotTitle}>{t.forgotTitle}</Heading>
      {sent ? (
        <p role="status">{t.forgotSent}</p>
      ) : (
        <>
          <p className="muted">{t.forgotHint}</p>
          <OneField
            name="email"
            label={t.email}
            type="email"
            autoComplete="email"
            submit={t.forgotSubmit}
            send={async (email) => {
              await forgotPassword(email)
              setSent(true)
            }}
          />
        </>
      )}
    </div>
  )
}

/** Where the link of the mail leads: the token is in the fragment, and stays in this page. */
export function ResetPage() {
  const { t } = useI18n()
  const [, navigate] = useLocation()
  const [token] = useState(() => location.hash.slice(1))
  return (
    <div className="page narrow form-page">
      <Heading title={t.resetTitle}>{t.resetTitle}</Heading>
      <OneField
        name="password"
        label={t.password}
        type="password"
        autoComplete="new-password"
        minLength={8}
        hint={t.passwordHint}
        submit={t.resetSubmit}
        send={async (password) => {
          await resetPassword({ token, password })
          navigate('/account', { replace: true })
        }}
      />
      <p className="switch">
        <Link href="/forgot">{t.forgotSubmit}</Link>
      </p>
    </div>
  )
}

interface OneFieldProps extends React.InputHTMLAttributes<HTMLInputElement> {
  name: string
  label: string
  hint?: string
  submit: string
  send: (value: string) => Promise<void>
}

function OneField({ submit, send, ...field }: OneFieldProps) {
  const { problem } = useI18n()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ApiError>()

  async function onSubmit(event: React.SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    const value = new FormData(event.currentTarget).get(field.name) as string
    setBusy(true)
    setError(undefined)
    try {
      await send(value)
    } catch (failure) {
      setError(failure as ApiError)
      setBusy(false)
    }
  }

  return (
    <form className="form" onSubmit={onSubmit}>
      <Field required maxLength={254} {...field} error={error?.fields[field.name]} />
      {error && (
        <p className="problem" role="alert">
          {problem(error)}
        </p>
      )}
      <Submit busy={busy}>{submit}</Submit>
    </form>
  )
}
