import { useSearchParams } from 'wouter'
import { Failure } from '../components/failure'
import { Heading } from '../components/heading'
import { ProductCard } from '../components/product-card'
import { CardSkeletons } from '../components/skeleton'
import { useI18n } from '../i18n'
import { useProducts } from '../products'
import type { Product } from '../types'

export function HomePage() {
  const { t } = useI18n()
  const { products, error, reload } = useProducts()
  const [search, setSearch] = useSearchParams()
  const category = search.get('category')
  const shown = products?.filter((product) => !category || product.category === category)

  return (
    <div className="page">
      <div className="opening">
        <Heading title="Soko">{t.tagline}</Heading>
        <p className="lead">{t.intro}</p>
      </div>
      {products && (
        <Chips
          products={products}
          chosen={category}
          choose={(next) => setSearch(next ? { category: next } : {}, { replace: true })}
        />
      )}
      {error && <Failure error={error} retry={reload} />}
      {shown?.length === 0 && <p className="empty">{t.nothingHere}</p>}
      <ul className={`grid ${category ? '' : 'all'}`} aria-busy={!products && !error}>
        {shown?.map((product, i) => (
          <ProductCard key={product.id} product={product} eager={i < 4} />
        ))}
        {!products && !error && <CardSkeletons count={9} />}
      </ul>
    </div>
  )
}

interface ChipsProps {
  products: Product[]
  chosen: string | null
  choose: (category: string | null) => void
}

function Chips({ products, chosen, choose }: ChipsProps) {
  const { t } = useI18n()
  const categories = [...new Set(products.map(({ category }) => category))]
  return (
    <div role="group" aria-label={t.category} className="chips">
      {[null, ...categories].map((category) => (
        <button
          key={category}
          type="button"
          aria-pressed={chosen === category}
          onClick={() => choose(category)}
        >
          {category === null ? t.everything : (t.categories[category] ?? category)}
        </button>
      ))}
    </div>
  )
}
