import { useEffect } from 'react'
import { api, type ApiError } from './api'
import { createStore, useStore } from './store'
import type { Product } from './types'

interface Shelf {
  products?: Product[]
  error?: ApiError
}

const shelf = createStore<Shelf>({})
let loading: Promise<void> | undefined

/** Everything for sale, fetched once a visit. */
export function useProducts(): Shelf & { reload: () => void } {
  const state = useStore(shelf)
  useEffect(() => {
    if (!shelf.get().products) load()
  }, [])
  return { ...state, reload: load }
}

function load(): void {
  shelf.set({})
  loading ??= api<{ products: Product[] }>('/products')
    .then(({ products }) => shelf.set({ products }))
    .catch((error: ApiError) => shelf.set({ error }))
    .finally(() => {
      loading = undefined
    })
}
