import { keep } from './storage'
import { createStore, useStore } from './store'
import type { Money, Product } from './types'

/** Slug → quantity. Slugs outlive a reseeded database; prices are never kept here. */
export type Cart = Readonly<Record<string, number>>

export interface CartLine {
  product: Product
  quantity: number
}

/** The server takes no more of one product in one order. */
export const maxQuantity = 20

const saved = keep(() => localStorage, 'soko.cart')

/** What the customer means to buy. It survives a reload and is the same in every tab. */
export const cart = createStore<Cart>(read())

addEventListener('storage', ({ key }) => {
  if (key === 'soko.cart' || key === null) cart.set(read())
})

export const useCart = () => useStore(cart)

export const countItems = (items: Cart) => Object.values(items).reduce((sum, n) => sum + n, 0)

export function setQuantity(slug: string, quantity: number): void {
  const { [slug]: _replaced, ...others } = cart.get()
  const kept = Math.min(Math.max(Math.trunc(quantity), 0), maxQuantity)
  // A known slug keeps its place in the list.
  const next = kept === 0 ? others : { ...cart.get(), [slug]: kept }
  saved.write(JSON.stringify(next))
  cart.set(next)
}

export const addToCart = (slug: string, quantity: number) =>
  setQuantity(slug, (cart.get()[slug] ?? 0) + quantity)

export function emptyCart(): void {
  saved.write(null)
  cart.set({})
}

/** The cart joined to what is for sale; what is no longer for sale falls out. */
export function cartLines(items: Cart, products: Product[]): CartLine[] {
  return Object.entries(items).flatMap(([slug, quantity]) => {
    const product = products.find((candidate) => candidate.slug === slug)
    return product ? [{ product, quantity }] : []
  })
}

export function totalOf(lines: { price: Money; quantity: number }[]): Money {
  return {
    minor: lines.reduce((sum, { price, quantity }) => sum + price.minor * quantity, 0),
    currency: lines[0]?.price.currency ?? 'KES',
  }
}

function read(): Cart {
  try {
    const entries = Object.entries(JSON.parse(saved.read() ?? '{}') as Record<string, unknown>)
    return Object.fromEntries(
      entries.filter(
        (entry): entry is [string, number] => Number.isInteger(entry[1]) && Number(entry[1]) > 0,
      ),
    )
  } catch {
    return {}
  }
}
