import { useEffect, useState } from 'react'
import { api } from '../api'
import { useI18n } from '../i18n'
import { lastPhone } from '../phone'

let asked: Promise<{ sandboxPhoneUrl?: string }> | undefined

/** Where there is a sandbox instead of M-Pesa: the way to the phone that rings in it. */
export function SandboxLink() {
  const { t } = useI18n()
  const [url, setUrl] = useState<string>()

  useEffect(() => {
    asked ??= api<{ sandboxPhoneUrl?: string }>('/config')
    asked.then(
      ({ sandboxPhoneUrl }) => setUrl(sandboxPhoneUrl),
      () => {
        asked = undefined
      },
    )
  }, [])

  if (!url) return null
  const msisdn = lastPhone.read()
  return (
    <p className="sandbox">
      <a href={msisdn ? `${url}?msisdn=${msisdn}` : url} target="_blank" rel="noreferrer">
        {t.openPhone}
      </a>
    </p>
  )
}
