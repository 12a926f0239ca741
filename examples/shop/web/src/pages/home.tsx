import { useSearchParams } from 'wouter'
import { Failure } from '../components/failure'
import { Finder } from '../components/finder'
import { Heading } from '../components/heading'
import { ProductCard } from '../components/product-card'
import { CardSkeletons } from '../components/skeleton'
import { useI18n } from '../i18n'
import { useFound, type Wanted } from '../products'

export function HomePage() {
  const { t } = useI18n()
  const [address, setAddress] = useSearchParams()
  const wanted: Wanted = {
    search: address.get('search') ?? '',
    category: address.get('category') ?? '',
    max: address.get('max') ?? '',
    sort: address.get('sort') ?? '',
  }
  const { products, next, error, reload, more } = useFound(wanted)
  const isWhole = Object.values(wanted).every((value) => !value)

  function choose(change: Partial<Wanted>) {
    const chosen = Object.entries({ ...wanted, ...change }).filter(([, value]) => value)
    setAddress(Object.fromEntries(chosen), { replace: true })
  }

  return (
    <div className="page">
      <div className="opening">
        <Heading title="Soko">{t.tagline}</Heading>
        <p className="lead">{t.intro}</p>
      </div>
      <Finder wanted={wanted} choose={choose} />
      {error && <Failure error={error} retry={reload} />}
      <p role="status" className={products?.length === 0 ? 'empty' : 'hidden'}>
        {products && !isWhole && (products.length === 0 ? t.nothingHere : t.found(products.length))}
      </p>
      <ul className={`grid ${isWhole ? 'all' : ''}`} aria-busy={!products && !error}>
        {products?.map((product, i) => (
          <ProductCard key={product.id} product={product} eager={i < 4} />
        ))}
        {!products && !error && <CardSkeletons count={9} />}
      </ul>
      {next && (
        <p className="more">
          <button type="button" className="button quiet" onClick={more}>
            {t.showMore}
          </button>
        </p>
      )}
    </div>
  )
}
