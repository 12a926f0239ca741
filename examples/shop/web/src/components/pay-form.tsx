import { useState } from 'react'
import type { ApiError } from '../api'
import { useConfig } from '../config'
import { useI18n } from '../i18n'
import { lastPhone, toLocal, toMsisdn } from '../phone'
import type { Wish } from '../types'
import { Field } from './field'
import { Submit } from './submit'

interface PayFormProps {
  /** What the button for M-Pesa says. */
  label: string
  /** Takes it from there. What it throws is shown here. */
  pay: (wish: Wish) => Promise<unknown>
  autoFocus?: boolean
}

/** Asks how to pay, and for the phone that pays. */
export function PayForm({ label, pay, autoFocus = false }: PayFormProps) {
  const { t, problem } = useI18n()
  const { takesCards, cardFormKey } = useConfig()
  const [method, setMethod] = useState<Wish['method']>('mpesa')
  const [busy, setBusy] = useState(false)
  const [wrong, setWrong] = useState(false)
  const [error, setError] = useState<ApiError>()

  async function submit(event: React.SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    const wish = read(event.currentTarget)
    setWrong(!wish)
    setError(undefined)
    if (!wish) return event.currentTarget.querySelector<HTMLInputElement>('[type=tel]')?.focus()
    setBusy(true)
    try {
      await pay(wish)
    } catch (failure) {
      setError(failure as ApiError)
    }
    setBusy(false)
  }

  function read(form: HTMLFormElement): Wish | undefined {
    if (method === 'card') return { method }
    const phone = toMsisdn(String(new FormData(form).get('phone')))
    if (!phone) return undefined
    lastPhone.write(phone)
    return { method, phone }
  }

  return (
    <form className="form" onSubmit={submit} noValidate>
      {takesCards && (
        <fieldset className="methods">
          <legend>{t.payHow}</legend>
          {(['mpesa', 'card'] as const).map((name) => (
            <label key={name}>
              <input
                type="radio"
                name="method"
                value={name}
                checked={method === name}
                onChange={() => setMethod(name)}
              />
              {t.methods[name]}
            </label>
          ))}
        </fieldset>
      )}
      {method === 'mpesa' && (
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
      )}
      {error && !error.fields.phone && (
        <p className="problem" role="alert">
          {error.uncertain ? t.offlinePay : problem(error)}
        </p>
      )}
      <Submit busy={busy}>{method === 'mpesa' ? label : t.payCard}</Submit>
      <p className="hint">{method === 'mpesa' ? t.payNote : cardFormKey ? t.cardFormNote : t.payCardNote}</p>
    </form>
  )
}
