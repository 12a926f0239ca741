import { apiUrl } from './api'
import { accessToken, freshToken, session } from './session'
import { createStore } from './store'
import type { AdminOrder, Order } from './types'

export interface Connection {
  status: 'off' | 'connecting' | 'connected' | 'reconnecting'
  /** How often it has come about: what changed in between was not heard. */
  times: number
}

/** How the live connection is doing. There is one while somebody is signed in. */
export const connection = createStore<Connection>({ status: 'off', times: 0 })

/** What the server tells: the customer's orders and, to administrators, everybody's. */
type News = { order: { order: Order }; 'admin:order': { order: AdminOrder } }

const listeners = new Set<(order: Order) => void>()
const adminListeners = new Set<(order: AdminOrder) => void>()
let client: { close(): void } | undefined
let wanted: string | undefined

/** Calls back with each order that the server says has changed. */
export function onOrder(listener: (order: Order) => void): void {
  listeners.add(listener)
}

/** Likewise of everybody's orders; an administrator is told. Returns what ends it. */
export function onAdminOrder(listener: (order: AdminOrder) => void): () => void {
  adminListeners.add(listener)
  return () => adminListeners.delete(listener)
}

/** Follows the session: connects on sign-in, closes on sign-out. */
export function startRealtime(): void {
  session.subscribe(() => follow(session.get().user?.id))
}

function follow(userId: string | undefined): void {
  if (userId === wanted) return
  wanted = userId
  client?.close()
  client = undefined
  turn(userId ? 'connecting' : 'off')
  if (userId) void connect(userId)
}

async function connect(userId: string): Promise<void> {
  try {
    // Socket.IO is fetched for those who are signed in; the shelves do not wait for it.
    const { connectRealtime } = await import('@ementech/realtime/client')
    if (wanted !== userId) return
    const opened = connectRealtime<News>(apiUrl, {
      token: (reason) => (reason === 'connect' ? accessToken() : freshToken()),
    })
    client = opened
    opened.on('order', ({ order }) => {
      for (const listener of listeners) listener(order)
    })
    opened.on('admin:order', ({ order }) => {
      for (const listener of adminListeners) listener(order)
    })
    opened.onStatus((status) => {
      if (client !== opened) return
      turn(status === 'connected' || status === 'connecting' ? status : 'reconnecting')
      // Still signed in, so it was the network that gave no token: not the end.
      if (status === 'unauthorized') later(() => client === opened && opened.connect())
    })
  } catch {
    later(() => wanted === userId && connect(userId))
  }
}

const later = (work: () => unknown) => setTimeout(work, 15_000)

function turn(status: Connection['status']): void {
  const current = connection.get()
  if (status === current.status) return
  connection.set({ status, times: current.times + (status === 'connected' ? 1 : 0) })
}
