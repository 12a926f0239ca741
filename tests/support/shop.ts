import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MongoClient } from 'mongodb'
import { admin, createSystem } from '../../scripts/system.mjs'

export type System = Awaited<ReturnType<typeof createSystem>>

export interface Order {
  id: string
  number: string
  status: string
  total: { minor: number; currency: string }
  payment: null | { id: string; status: string; receipt?: string; message?: { en: string; sw: string } }
}

export interface AdminOrder extends Order {
  stock: string
  paidWith: { id: string; refundable: number } | null
  overpaid: { id: string; refundable: number }[]
  refunds: { status: string; amount: { minor: number }; reason?: string }[]
}

/** A whole system in a folder of its own, on free ports. */
export async function startSystem(options: { timeScale?: number; env?: Record<string, string> } = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'ementech-system-'))
  const system = await createSystem({
    dataDir,
    ports: { server: 0, sandbox: 0, mail: 0, database: 0 },
    database: `system-${randomUUID()}`,
    // The tests buy more in a minute than a shop that Safaricom's sandbox would serve.
    queriesPerMinute: 0,
    ...options,
    // And they are one visitor, who is a hundred.
    env: { RATE_LIMIT_MAX_REQUESTS: '1000000', RATE_LIMIT_AUTH_MAX: '100000', ...options.env },
  })
  await system.startAll()
  return {
    ...system,
    async [Symbol.asyncDispose]() {
      await system.stop()
      if (!system.names.includes('database')) await dropDatabase(system.mongoUri)
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** A customer who speaks to the shop's API as the pages do. */
export async function registerCustomer(url: string, name = 'Wanjiku') {
  const email = `${randomUUID()}@example.com`
  const registered = await call(url, 'POST', '/api/auth/register', {
    name,
    email,
    password: 'a long enough password',
  })
  const token = registered.accessToken as string
  const authorization = { authorization: `Bearer ${token}` }
  return {
    token,
    email,
    async stock(slug = 'kikombe'): Promise<number> {
      const { products } = await call(url, 'GET', '/api/products')
      return (products as { slug: string; stock: number }[]).find((each) => each.slug === slug)!.stock
    },
    async order(slug = 'kikombe', quantity = 1): Promise<Order> {
      const { products } = await call(url, 'GET', '/api/products')
      const product = (products as { id: string; slug: string }[]).find((each) => each.slug === slug)!
      const body = { items: [{ productId: product.id, quantity }] }
      return (await call(url, 'POST', '/api/orders', body, { ...authorization, ...press() })).order as Order
    },
    async pay(orderId: string, phone: string, headers: Record<string, string> = press()): Promise<Order> {
      const path = `/api/orders/${orderId}/pay`
      return (await call(url, 'POST', path, { method: 'mpesa', phone }, { ...authorization, ...headers }))
        .order as Order
    },
    /** Gives the address of the card page. */
    async payByCard(orderId: string, headers: Record<string, string> = press()): Promise<string> {
      const path = `/api/orders/${orderId}/pay`
      const answer = await call(url, 'POST', path, { method: 'card' }, { ...authorization, ...headers })
      return (answer.next as { url: string }).url
    },
    /** Gives the secret of the card form, where the shop has one. */
    async cardSecret(orderId: string): Promise<string> {
      const path = `/api/orders/${orderId}/pay`
      const answer = await call(url, 'POST', path, { method: 'card' }, { ...authorization, ...press() })
      return (answer.next as { clientSecret: string }).clientSecret
    },
    /** Leaves the card page or form, to pay otherwise. */
    async giveUp(orderId: string): Promise<void> {
      await call(url, 'POST', `/api/orders/${orderId}/pay/cancel`, undefined, authorization)
    },
    async read(orderId: string): Promise<Order> {
      return (await call(url, 'GET', `/api/orders/${orderId}`, undefined, authorization)).order as Order
    },
  }
}

export type Customer = Awaited<ReturnType<typeof registerCustomer>>

/** The administrator, at the API that the office's pages use. */
export async function signInAdmin(url: string) {
  const { accessToken } = await call(url, 'POST', '/api/auth/login', admin)
  const authorization = { authorization: `Bearer ${accessToken as string}` }
  const orders = `/api/admin/orders`
  return {
    async read(orderId: string): Promise<AdminOrder> {
      const answer = await call(url, 'GET', `${orders}/${orderId}`, undefined, authorization)
      return answer.order as AdminOrder
    },
    async refund(
      orderId: string,
      body: { paymentId?: string; minor?: number; note: string },
      headers: Record<string, string> = press(),
    ): Promise<AdminOrder> {
      const path = `${orders}/${orderId}/refunds`
      return (await call(url, 'POST', path, body, { ...authorization, ...headers })).order as AdminOrder
    },
  }
}

/** The order, once it is so. */
export async function orderIs(customer: Pick<Customer, 'read'>, id: string, wanted: string, ms?: number) {
  let last = ''
  return until(
    `the order to be ${wanted}`,
    async () => {
      const order = await customer.read(id)
      last = order.status
      return order.status === wanted && order
    },
    ms,
  ).catch((error: Error) => {
    throw new Error(`${error.message} It is ${last}.`, { cause: error.cause })
  })
}

/** As if the time had come at which the worker asks the provider of an order's payments by itself: 45 s after the prompt. */
export async function askNow(mongoUri: string, number: string) {
  await using client = await MongoClient.connect(mongoUri)
  const now = new Date()
  const open = { reference: number, nextCheckAt: { $ne: null } }
  await client
    .db()
    .collection('payments')
    .updateMany(open, { $set: { nextCheckAt: now, dueAt: now } })
}

async function dropDatabase(uri: string) {
  const client = new MongoClient(uri)
  await client.db().dropDatabase()
  await client.close()
}

/** The header of one press of a button. */
export function press(): Record<string, string> {
  return { 'idempotency-key': randomUUID() }
}

/** One request; anything but a 2xx is an error that shows the answer. */
export async function call(
  url: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Record<string, unknown>> {
  const response = await fetch(url + path, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`)
  return text ? (JSON.parse(text) as Record<string, unknown>) : {}
}

/** Asks until the answer is a value, or the deadline passes: then says what was last seen. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false>,
  deadlineMs = 90_000,
): Promise<T> {
  const end = Date.now() + deadlineMs
  let last: unknown
  for (;;) {
    try {
      const answer = await ask()
      if (answer) return answer
    } catch (error) {
      last = error
    }
    if (Date.now() > end) throw new Error(`Waited ${deadlineMs} ms for ${what}.`, { cause: last })
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
