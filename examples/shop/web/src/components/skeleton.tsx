import { useI18n } from '../i18n'

/** Grey shapes where cards will be. */
export function CardSkeletons({ count }: { count: number }) {
  return Array.from({ length: count }, (_, i) => (
    <li key={i} className="card" aria-hidden="true">
      <div className="picture bone" />
      <div className="bone bone-line" />
      <div className="bone bone-line short" />
    </li>
  ))
}

/** Grey lines where a page will be. */
export function PageSkeleton() {
  const { t } = useI18n()
  return (
    <div className="page narrow" aria-busy="true">
      <p className="hidden">{t.loading}</p>
      <div className="bone bone-title" />
      <div className="bone bone-block" />
      <div className="bone bone-line" />
      <div className="bone bone-line short" />
    </div>
  )
}
