import { Link } from 'wouter'
import { Heading } from '../components/heading'
import { useI18n } from '../i18n'

export function NotFoundPage({ hint }: { hint?: string }) {
  const { t } = useI18n()
  return (
    <div className="page empty">
      <Heading>{t.notFound}</Heading>
      <p>{hint ?? t.notFoundHint}</p>
      <Link href="~/" className="button">
        {t.backToShop}
      </Link>
    </div>
  )
}
