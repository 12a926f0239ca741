import { useEffect } from 'react'
import { authorized } from '../session'
import { useLoaded } from './loaded'
import { texts as t } from './texts'

interface Person {
  id: string
  name: string
  pages: number
}

const everyMs = 5_000

/** Who has the shop open now, signed in. */
export function Online() {
  const { value, reload } = useLoaded('online', () => authorized<{ people: Person[] }>('/admin/online'))
  useEffect(() => {
    const timer = setInterval(reload, everyMs)
    return () => clearInterval(timer)
  }, [])
  if (!value) return null
  return (
    <details className="online">
      <summary>{t.online(value.people.length)}</summary>
      <ul>
        {value.people.map(({ id, name, pages }) => (
          <li key={id}>
            {name} <span className="muted">{t.pages(pages)}</span>
          </li>
        ))}
      </ul>
    </details>
  )
}
