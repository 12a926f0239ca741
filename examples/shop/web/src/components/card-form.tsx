import { useEffect, useRef, useState } from 'react'
import { useI18n, type Language } from '../i18n'
import { payOrder } from '../orders'
import { loadStripe, type Elements, type StripeJs } from '../stripe'
import { Submit } from './submit'

interface CardFormProps {
  id: string
  /** Stripe's publishable key. */
  formKey: string
}

/** Stripe's Payment Element: card numbers go from its frame to Stripe, and never come here. */
export function CardForm({ id, formKey }: CardFormProps) {
  const { t, lang } = useI18n()
  const place = useRef<HTMLDivElement>(null)
  const [form, setForm] = useState<{ stripe: StripeJs; elements: Elements }>()
  const [attempt, setAttempt] = useState(0)
  const [failed, setFailed] = useState(false)
  const [busy, setBusy] = useState(false)
  const [refusal, setRefusal] = useState('')

  useEffect(() => {
    let current = true
    let close = () => {}
    setFailed(false)
    void open().catch(() => current && setFailed(true))
    return () => {
      current = false
      close()
    }

    async function open() {
      const [stripe, { clientSecret }] = await Promise.all([
        loadStripe(formKey),
        payOrder(id, { method: 'card' }),
      ])
      if (!current) return
      // Another tab is asking for it at this moment; or there is nothing left to pay, and the order says so.
      if (!clientSecret) return setFailed(true)
      const elements = stripe.elements({ clientSecret, locale: localeOf(lang), appearance: appearance() })
      const element = elements.create('payment')
      element.on('ready', () => current && setForm({ stripe, elements }))
      element.on('loaderror', () => current && setFailed(true))
      element.mount(place.current!)
      close = () => element.destroy()
    }
    // Another language must not empty a form that is half filled in.
  }, [id, formKey, attempt])

  async function submit(event: React.SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    if (!form) return
    setBusy(true)
    setRefusal('')
    const { error } = await form.stripe.confirmPayment({
      elements: form.elements,
      // Where banks send the payer back to that ask on a page of their own.
      confirmParams: { return_url: location.href },
      redirect: 'if_required',
    })
    // Whether it is paid, the server says, over the socket.
    if (error) setRefusal(error.message ?? t.failedHint)
    setBusy(false)
  }

  return (
    <form className="form card-form" onSubmit={submit}>
      <div ref={place} aria-busy={!form && !failed} className={form || failed ? '' : 'bone bone-block'} />
      {failed ? (
        <>
          <p className="problem" role="alert">
            {t.cardFormFailed}
          </p>
          <button type="button" className="button quiet" onClick={() => setAttempt((n) => n + 1)}>
            {t.tryAgain}
          </button>
        </>
      ) : (
        form && <Submit busy={busy}>{t.payCard}</Submit>
      )}
      {refusal && (
        <p className="problem" role="alert">
          {refusal}
        </p>
      )}
    </form>
  )
}

/** Stripe has no Swahili. */
const localeOf = (language: Language) => (language === 'en' ? 'en' : 'auto')

/** The shop's own colours, for a frame that cannot see its style sheet. */
function appearance() {
  const style = getComputedStyle(document.documentElement)
  const colour = (name: string) => style.getPropertyValue(name).trim()
  return {
    variables: {
      colorPrimary: colour('--accent'),
      colorBackground: colour('--card'),
      colorText: colour('--ink'),
      colorDanger: colour('--danger'),
      borderRadius: '12px',
    },
  }
}
