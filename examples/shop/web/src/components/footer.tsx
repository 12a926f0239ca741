import { useI18n } from '../i18n'

export function Footer() {
  const { t } = useI18n()
  return (
    <footer className="footer">
      <p>
        <strong className="serif">Soko</strong> {t.motto}
      </p>
      <p>{t.payWith}</p>
    </footer>
  )
}
