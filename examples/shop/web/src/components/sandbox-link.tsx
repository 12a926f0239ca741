import { useConfig } from '../config'
import { useI18n } from '../i18n'
import { lastPhone } from '../phone'

/** Where there is a sandbox instead of M-Pesa: the way to the phone that rings in it. */
export function SandboxLink() {
  const { t } = useI18n()
  const { sandboxPhoneUrl: url } = useConfig()
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
