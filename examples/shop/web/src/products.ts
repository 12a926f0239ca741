import { useEffect, useState } from 'react'
import { api, type ApiError } from './api'
import { createStore, useStore } from './store'
import type { Product } from './types'

interface Shelf {
  products?: Product[]
  error?: ApiError
}

const shelf = createStore<Shelf>({})
let loading: Promise<void> | undefined

/** Everything for sale. A page that needs it asks anew, and shows meanwhile what was there. */
export function useProducts(): Shelf & { reload: () => void } {
  const state = useStore(shelf)
  useEffect(reloadProducts, [])
  return { ...state, reload: reloadProducts }
}

/** Also after a change in the office, and when an order was refused. */
export function reloadProducts(): void {
  if (shelf.get().error) shelf.set({})
  loading ??= everything()
    .then((products) => shelf.set({ products }))
    .catch((error: ApiError) => shelf.set({ error }))
    .finally(() => {
      loading = undefined
    })
}

async function everything(): Promise<Product[]> {
  const products: Product[] = []
  for (let after = ''; ;) {
    const page = await api<Found>(`/products?limit=100${after}`)
    products.push(...page.products)
    if (!page.next) return products
    after = `&after=${page.next}`
  }
}

/** What the shelves are asked for: by the address of the page, so that it can be kept and sent to a friend. */
export interface Wanted {
  search: string
  category: string
  /** In whole shillings; empty for any. */
  max: string
  sort: string
}

interface Found {
  products: Product[]
  /** Where the next page begins. */
  next?: string
}

/** A page of products after the other. While new ones are looked for, those of before stay. */
export function useFound(wanted: Wanted) {
  const [found, setFound] = useState<Found>()
  const [error, setError] = useState<ApiError>()
  const [attempt, setAttempt] = useState(0)
  const query = toQuery(wanted)

  useEffect(() => {
    let current = true
    setError(undefined)
    api<Found>(`/products?${query}`).then(
      (answer) => current && setFound(answer),
      (failure: ApiError) => current && setError(failure),
    )
    return () => {
      current = false
    }
  }, [query, attempt])

  async function more() {
    const page = await api<Found>(`/products?${query}&after=${found!.next}`)
    setFound({ ...page, products: [...found!.products, ...page.products] })
  }

  return { ...found, error, reload: () => setAttempt((n) => n + 1), more: () => void more().catch(setError) }
}

function toQuery({ search, category, max, sort }: Wanted): string {
  const minor = Math.round(Number(max) * 100)
  return new URLSearchParams({
    limit: '12',
    ...(search && { search }),
    ...(category && { category }),
    ...(minor > 0 && { max: String(minor) }),
    ...(sort && { sort }),
  }).toString()
}
