import { useI18n } from '../i18n'
import type { Money } from '../types'
import { Picture } from './picture'

interface LinesProps {
  lines: { slug: string; name: string; picture: string; price: Money; quantity: number }[]
  total: Money
}

/** What is bought and what it comes to, to be read, not changed. */
export function Lines({ lines, total }: LinesProps) {
  const { t, money } = useI18n()
  return (
    <>
      <ul className="lines small">
        {lines.map((line) => (
          <li key={line.slug} className="line">
            <Picture of={line} />
            <p className="line-name">
              <span lang="en">{line.name}</span> <span className="muted">× {line.quantity}</span>
            </p>
            <p className="price">{money({ ...line.price, minor: line.price.minor * line.quantity })}</p>
          </li>
        ))}
      </ul>
      <p className="total">
        <span>{t.total}</span> <strong>{money(total)}</strong>
      </p>
    </>
  )
}
