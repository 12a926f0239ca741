import { useState } from 'react'
import type { ApiError } from '../api'
import { useI18n } from '../i18n'
import { lastPhone, toLocal, toMsisdn } from '../phone'
import { Field } from './field'
import { Submit } from './submit'

interface PayFormProps {
  label: string
  pay: (msisdn: string) => Promise<unknown>
  autoFocus?: boolean
}

/** Asks for the phone that pays. `pay` takes it from there; what it throws is shown here. */
export function PayForm({ label, pay, autoFocus = false }: PayFormProps) {
  const { t, problem } = useI18n()
  const [busy, setBusy] = useState(false)
  const [wrong, setWrong] = useState(false)
  const [error, setError] = useState<ApiError>()

  async function submit(event: React.SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    const msisdn = toMsisdn(String(new FormData(event.currentTarget).get('phone')))
    setWrong(!msisdn)
    setError(undefined)
    if (!msisdn) return event.currentTarget.querySelector('input')?.focus()
    lastPhone.write(msisdn)
    setBusy(true)
    try {
      await pay(msisdn)
    } catch (failure) {
      setError(failure as ApiError)
    }
    setBusy(false)
  }

  return (
    <form className="form" onSubmit={submit} noValidate>
      <Field
        label={t.phone}
        name="phone"
        type="tel"
        inputMode="tel"
        autoComplete="tel"
        defaultValue={toLocal(lastPhone.read() ?? '')}
        autoFocus={autoFocus}
        required
        hint={t.phoneHint}
        error={wrong ? t.phoneWrong : error?.fields.phone}
      />
      {error && !error.fields.phone && (
        <p className="problem" role="alert">
          {error.uncertain ? t.offlinePay : problem(error)}
        </p>
      )}
      <Submit busy={busy}>{label}</Submit>
      <p className="hint">{t.payNote}</p>
    </form>
  )
}
