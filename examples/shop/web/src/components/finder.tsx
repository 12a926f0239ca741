import { useI18n } from '../i18n'
import type { Wanted } from '../products'

interface FinderProps {
  wanted: Wanted
  choose: (change: Partial<Wanted>) => void
}

/** Words, shelf, price and order: what the shelves are asked for. */
export function Finder({ wanted, choose }: FinderProps) {
  const { t } = useI18n()

  function submit(event: React.SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    const input = new FormData(event.currentTarget)
    choose({ search: String(input.get('search')).trim(), max: String(input.get('max')) })
  }

  return (
    <>
      <form role="search" className="finder" onSubmit={submit} key={`${wanted.search} ${wanted.max}`}>
        <input
          name="search"
          type="search"
          aria-label={t.search}
          placeholder={t.search}
          defaultValue={wanted.search}
          maxLength={100}
        />
        <input
          name="max"
          type="number"
          inputMode="numeric"
          min="1"
          aria-label={t.maxPrice}
          placeholder={t.maxPrice}
          defaultValue={wanted.max}
        />
        <button type="submit" className="button">
          {t.searchGo}
        </button>
        <select
          aria-label={t.sort}
          value={wanted.sort || 'shelf'}
          onChange={({ target }) => choose({ sort: target.value === 'shelf' ? '' : target.value })}
        >
          {Object.entries(t.sorts).map(([sort, label]) => (
            <option key={sort} value={sort}>
              {label}
            </option>
          ))}
        </select>
      </form>
      <div role="group" aria-label={t.category} className="chips">
        {['', ...Object.keys(t.categories)].map((category) => (
          <button
            key={category}
            type="button"
            aria-pressed={wanted.category === category}
            onClick={() => choose({ category })}
          >
            {category === '' ? t.everything : t.categories[category]}
          </button>
        ))}
      </div>
    </>
  )
}
