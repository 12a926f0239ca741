import { useState } from 'react'
import { Link } from 'wouter'
import type { ApiError } from '../api'
import { useI18n } from '../i18n'
import { register, signIn } from '../session'
import { Field } from './field'
import { Submit } from './submit'

interface AuthFormProps {
  first: 'sign-in' | 'register'
  /** The form's heading: h1 where it is the page, h2 inside of one. */
  heading: (text: string) => React.ReactNode
}

/** Sign in or create an account; one form at a time. */
export function AuthForm({ first, heading }: AuthFormProps) {
  const { t, problem } = useI18n()
  const [mode, setMode] = useState(first)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ApiError>()
  const registering = mode === 'register'

  async function submit(event: React.SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    const input = Object.fromEntries(new FormData(event.currentTarget)) as Record<
      'name' | 'email' | 'password',
      string
    >
    setBusy(true)
    setError(undefined)
    try {
      await (registering ? register(input) : signIn(input))
    } catch (failure) {
      setError(failure as ApiError)
      setBusy(false)
    }
  }

  function change() {
    setMode(registering ? 'sign-in' : 'register')
    setError(undefined)
  }

  return (
    <>
      {heading(registering ? t.createAccount : t.signIn)}
      <form key={mode} className="form" onSubmit={submit}>
        {registering && (
          <Field
            label={t.name}
            name="name"
            autoComplete="name"
            required
            maxLength={80}
            error={error?.fields.name}
          />
        )}
        <Field
          label={t.email}
          name="email"
          type="email"
          autoComplete="email"
          required
          maxLength={254}
          error={error?.fields.email}
        />
        <Field
          label={t.password}
          name="password"
          type="password"
          autoComplete={registering ? 'new-password' : 'current-password'}
          required
          minLength={registering ? 8 : undefined}
          hint={registering ? t.passwordHint : undefined}
          error={error?.fields.password}
        />
        {error && (
          <p className="problem" role="alert">
            {problem(error)}
          </p>
        )}
        <Submit busy={busy}>{registering ? t.createAccount : t.signIn}</Submit>
      </form>
      {!registering && (
        <p className="switch">
          <Link href="/forgot">{t.forgot}</Link>
        </p>
      )}
      <p className="switch">
        {registering ? t.haveAccount : t.noAccount}{' '}
        <button type="button" className="link" onClick={change}>
          {registering ? t.signIn : t.createAccount}
        </button>
      </p>
    </>
  )
}
