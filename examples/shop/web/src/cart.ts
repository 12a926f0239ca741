import { keep } from './storage'
import { createStore, useStore } from './store'
import type { Money, Product } from './types'

/** By slug, since slugs outlive a reseeded database. */
export type Cart = Readonly<Record<string, CartEntry>>

interface CartEntry {
  quantity: number
  /** The price that the customer saw, in minor units. What they pay is what the server says. */
  seen?: number
}

export interface CartLine {
  product: Product
  quantity: number
  /** The price at which it was put in, where that has changed. */
  was?: Money
}

/** The server takes no more of one product in one order. */
export const maxQuantity = 20
/** Nor more different products. */
export const maxLines = 50

const saved = keep(() => localStorage, 'soko.cart')

/** What the customer means to buy. It survives a reload and is the same in every tab. */
export const cart = createStore<Cart>(read())

addEventListener('storage', ({ key }) => {
  if (key === 'soko.cart' || key === null) cart.set(read())
})

export const useCart = () => useStore(cart)

export const countItems = (items: Cart) =>
  Object.values(items).reduce((sum, { quantity }) => sum + quantity, 0)

export function setQuantity({ slug, price, stock }: Product, quantity: number): void {
  const kept = Math.min(Math.max(Math.trunc(quantity), 0), maxQuantity, stock)
  if (kept === 0) return removeFromCart([slug])
  // A known slug keeps its place in the list.
  write({ ...cart.get(), [slug]: { quantity: kept, seen: price.minor } })
}

export const addToCart = (product: Product, quantity: number) =>
  setQuantity(product, (cart.get()[product.slug]?.quantity ?? 0) + quantity)

export function removeFromCart(slugs: string[]): void {
  write(Object.fromEntries(Object.entries(cart.get()).filter(([slug]) => !slugs.includes(slug))))
}

/** How many more of it can be put in: of so many that are there, and of so many that one order takes. */
export function roomFor({ slug, stock }: Product, items: Cart): number {
  const isFull = !items[slug] && Object.keys(items).length >= maxLines
  return isFull ? 0 : Math.max(Math.min(stock, maxQuantity) - (items[slug]?.quantity ?? 0), 0)
}

export function emptyCart(): void {
  saved.write(null)
  cart.set({})
}

/** The cart joined to what is for sale. */
export function cartLines(items: Cart, products: Product[]): CartLine[] {
  const bySlug = new Map(products.map((product) => [product.slug, product]))
  return Object.entries(items).flatMap(([slug, { quantity, seen }]) => {
    const product = bySlug.get(slug)
    if (!product) return []
    const isNews = seen !== undefined && seen !== product.price.minor
    return [{ product, quantity, ...(isNews && { was: { ...product.price, minor: seen } }) }]
  })
}

/** What is in the cart and no longer for sale. */
export const goneFrom = (items: Cart, products: Product[]): string[] =>
  Object.keys(items).filter((slug) => !products.some((product) => product.slug === slug))

/** Whether the server would take it. */
export const canBeOrdered = (lines: CartLine[]): boolean =>
  lines.length > 0 &&
  lines.length <= maxLines &&
  lines.every(({ product, quantity }) => quantity <= product.stock)

export function totalOf(lines: { price: Money; quantity: number }[]): Money {
  return {
    minor: lines.reduce((sum, { price, quantity }) => sum + price.minor * quantity, 0),
    currency: lines[0]?.price.currency ?? 'KES',
  }
}

function write(next: Cart): void {
  saved.write(JSON.stringify(next))
  cart.set(next)
}

function read(): Cart {
  try {
    const entries = Object.entries(JSON.parse(saved.read() ?? '{}') as Record<string, Partial<CartEntry>>)
    return Object.fromEntries(
      entries.flatMap(([slug, { quantity = 0, seen }]) =>
        Number.isInteger(quantity) && quantity > 0
          ? [[slug, { quantity, ...(Number.isInteger(seen) && { seen }) }]]
          : [],
      ),
    )
  } catch {
    return {}
  }
}
