import { useState } from 'react'
import { useLocation } from 'wouter'
import type { ApiError } from '../api'
import { Area, Choice, Field } from '../components/field'
import { Failure } from '../components/failure'
import { Heading } from '../components/heading'
import { PageSkeleton } from '../components/skeleton'
import { Submit } from '../components/submit'
import { useI18n } from '../i18n'
import { reloadProducts } from '../products'
import { authorized } from '../session'
import type { AdminProduct } from '../types'
import { useLoaded } from './loaded'
import { ProductPicture } from './product-picture'
import { texts as t } from './texts'

/** One product, to be changed. */
export function EditProductPage({ id }: { id: string }) {
  const { value, set, error, reload } = useLoaded(`admin product ${id}`, () =>
    authorized<{ product: AdminProduct }>(`/admin/products/${id}`),
  )
  if (!value) return error ? <Failure error={error} retry={reload} /> : <PageSkeleton />
  return (
    <>
      <ProductForm product={value.product} />
      <ProductPicture product={value.product} onChange={(product) => set({ product })} />
    </>
  )
}

/** A product with its texts, or a new one. The server says what is wrong, and it stands at its field. */
export function ProductForm({ product }: { product?: AdminProduct }) {
  const { t: shop, problem } = useI18n()
  const [, navigate] = useLocation()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ApiError>()
  const wrong = fieldsOf(error)

  async function save(body: object) {
    setBusy(true)
    setError(undefined)
    try {
      await (product
        ? authorized(`/admin/products/${product.id}`, { method: 'PATCH', body })
        : authorized('/admin/products', { body }))
      reloadProducts()
      navigate('/products')
    } catch (failure) {
      setError(failure as ApiError)
      setBusy(false)
    }
  }

  function submit(event: React.SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    const input = new FormData(event.currentTarget)
    const text = (name: string) => String(input.get(name))
    const number = (name: string) => (text(name).trim() === '' ? NaN : Number(text(name)))
    const stock = number('stock')
    void save({
      ...{ name: text('name'), description: text('description'), category: text('category') },
      price: number('price') * 100,
      // Orders change what is there meanwhile: what is said is how many came or went.
      ...(product ? { stockChange: stock - product.stock } : { stock }),
    })
  }

  return (
    <>
      <Heading>{product ? product.name : t.newProduct}</Heading>
      <form className="form office-form" onSubmit={submit} noValidate>
        <Field label={t.product.name} name="name" defaultValue={product?.name} error={wrong.name} />
        <Area
          label={t.product.description}
          name="description"
          defaultValue={product?.description}
          error={wrong.description}
        />
        <Choice
          label={t.product.category}
          name="category"
          defaultValue={product?.category}
          error={wrong.category}
        >
          {Object.entries(shop.categories).map(([value, name]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </Choice>
        <Field
          label={t.product.price}
          name="price"
          inputMode="numeric"
          defaultValue={product && product.price.minor / 100}
          error={wrong.price}
        />
        <Field
          label={t.product.stock}
          name="stock"
          inputMode="numeric"
          defaultValue={product?.stock}
          hint={product && product.held > 0 ? t.product.held(product.held) : undefined}
          error={wrong.stock}
        />
        {error && Object.keys(wrong).length === 0 && (
          <p className="problem" role="alert">
            {problem(error)}
          </p>
        )}
        <Submit busy={busy}>{t.product.save}</Submit>
        {product && (
          <button
            type="button"
            className="button quiet"
            onClick={() => void save({ archived: !product.archived })}
          >
            {product.archived ? t.product.restore : t.product.remove}
          </button>
        )}
      </form>
    </>
  )
}

/** What is wrong with which field; two refusals of the shop are about one too. */
function fieldsOf(error: ApiError | undefined): Record<string, string | undefined> {
  if (!error) return {}
  if (error.code === 'NAME_TAKEN') return { name: error.message }
  if (error.code === 'STOCK_TOO_LOW') return { stock: error.message }
  const { stockChange, ...fields } = error.fields
  return { ...fields, ...(stockChange && { stock: stockChange }) }
}
