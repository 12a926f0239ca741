import { useI18n } from '../i18n'

interface QuantityProps {
  label: string
  value: number
  min?: number
  max: number
  onChange: (value: number) => void
}

/** How many: a number between two buttons. */
export function Quantity({ label, value, min = 1, max, onChange }: QuantityProps) {
  const { t } = useI18n()
  return (
    <div role="group" aria-label={label} className="quantity">
      <button type="button" aria-label={t.less} disabled={value <= min} onClick={() => onChange(value - 1)}>
        −
      </button>
      <span aria-live="polite">{value}</span>
      <button type="button" aria-label={t.more} disabled={value >= max} onClick={() => onChange(value + 1)}>
        +
      </button>
    </div>
  )
}
