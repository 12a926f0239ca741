import { useEffect, useState } from 'react'
import { ApiError } from './api'
import { onePress } from './idempotency'
import { connection, onOrder } from './realtime'
import { authorized, session } from './session'
import { createStore, useStore } from './store'
import type { CartLine } from './cart'
import type { Money, Order, Wish } from './types'

/** Orders by id, as last heard of from any side: an answer, or the socket. */
const known = createStore<Readonly<Record<string, Order>>>({})

onOrder(remember)
session.subscribe(() => known.set({}))

/** At the total that the customer has seen, or not at all. */
export async function placeOrder(lines: CartLine[], total: Money): Promise<Order> {
  const items = lines.map(({ product, quantity }) => ({ productId: product.id, quantity }))
  const body = { items, totalMinor: total.minor }
  const { order } = await onePress(`order ${JSON.stringify(body)}`, (idempotencyKey) =>
    authorized<{ order: Order }>('/orders', { body, idempotencyKey }),
  )
  return remember(order)
}

/** What the payer does next: on the card page, or in a form of Stripe's. */
interface NextStep {
  url?: string
  clientSecret?: string
}

/**
 * Has the prompt sent to the phone, or gives the address of the card page or the secret of the card form. When a payment
 * is under way or done already, that is what it shows.
 */
export async function payOrder(id: string, wish: Wish): Promise<NextStep> {
  try {
    const { order, next } = await onePress(`pay ${id} ${JSON.stringify(wish)}`, (idempotencyKey) =>
      authorized<{ order: Order; next?: NextStep }>(`/orders/${id}/pay`, {
        body: wish,
        idempotencyKey,
        timeoutMs: 60_000,
      }),
    )
    remember(order)
    return next ?? {}
  } catch (error) {
    const isUnderWay = error instanceof ApiError && ['PAYMENT_UNDER_WAY', 'ORDER_PAID'].includes(error.code)
    if (!isUnderWay) throw error
    await fetchOrder(id)
    return {}
  }
}

/** Closes the card page, so that the order can be paid otherwise. */
export async function giveUpPayment(id: string): Promise<void> {
  try {
    remember(
      (await authorized<{ order: Order }>(`/orders/${id}/pay/cancel`, { method: 'POST', timeoutMs: 60_000 }))
        .order,
    )
  } catch (error) {
    // It has ended meanwhile: the order says how.
    if (!(error instanceof ApiError && error.status === 409)) throw error
    await fetchOrder(id)
  }
}

/** One order by its id or number, kept up to date by the socket; asked for anew whenever the socket (re)connects. */
export function useOrder(key: string) {
  const orders = useStore(known)
  const order = orders[key] ?? Object.values(orders).find(({ number }) => number === key)
  const state = useFresh(() => fetchOrder(key), key, order?.status === 'paying')
  return { order, ...state }
}

/** All orders of the customer, newest first. */
export function useOrders() {
  const [ids, setIds] = useState<string[]>()
  const orders = useStore(known)
  const state = useFresh(async () => {
    const answer = await authorized<{ orders: Order[] }>('/orders')
    answer.orders.forEach(remember)
    setIds(answer.orders.map(({ id }) => id))
  }, 'orders')
  return { orders: ids?.flatMap((id) => orders[id] ?? []), ...state }
}

async function fetchOrder(id: string): Promise<Order> {
  return remember((await authorized<{ order: Order }>(`/orders/${encodeURIComponent(id)}`)).order)
}

/** What is older than what is known changes nothing: answers overtake one another. */
function remember(order: Order): Order {
  const current = known.get()[order.id]
  if (current && current.updatedAt > order.updatedAt) return current
  known.set({ ...known.get(), [order.id]: order })
  return order
}

/** Loads now and at each (re)connection; and every five seconds where there is no socket but `impatience`. */
export function useFresh(load: () => Promise<unknown>, key: string, impatient = false) {
  const { status, times } = useStore(connection)
  const [error, setError] = useState<ApiError>()
  const [attempt, setAttempt] = useState(0)
  const reload = () => setAttempt((n) => n + 1)

  useEffect(() => {
    let current = true
    load().then(
      () => current && setError(undefined),
      (failure: ApiError) => current && setError(failure),
    )
    return () => {
      current = false
    }
    // `load` is a new function in every render; `key` names what it loads.
  }, [key, attempt, times])

  const polling = impatient && status !== 'connected'
  useEffect(() => {
    if (!polling) return
    const timer = setInterval(reload, 5000)
    return () => clearInterval(timer)
  }, [polling])

  return { error, reload }
}
