import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Stripe from 'stripe'
import { onTestFinished } from 'vitest'
import type { Sandbox } from '../../src/index.js'

type Config = NonNullable<ConstructorParameters<typeof Stripe>[1]>

/** The real SDK, pointed at the sandbox. */
export function sdkFor(
  { env }: Pick<Sandbox, 'env'>,
  options: Config = {},
  key = env.STRIPE_SECRET_KEY,
): Stripe {
  const { hostname, port } = new URL(env.STRIPE_API_BASE)
  return new Stripe(key, {
    host: hostname,
    port,
    protocol: 'http',
    maxNetworkRetries: 0,
    telemetry: false,
    ...options,
  })
}

/** A request as any client sends it. */
export async function raw(
  { env }: Pick<Sandbox, 'env'>,
  method: string,
  path: string,
  { body, ...headers }: Record<string, string> = {},
) {
  const response = await fetch(env.STRIPE_API_BASE + path, {
    method,
    headers: {
      authorization: `Bearer ${env.STRIPE_SECRET_KEY}`,
      ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
      ...headers,
    },
    ...(body !== undefined && { body }),
  })
  const json = (await response.json()) as { error?: Record<string, unknown>; [more: string]: unknown }
  return { status: response.status, headers: response.headers, json }
}

/** What a promise was rejected with. */
export async function refusalOf(
  promise: Promise<unknown>,
): Promise<InstanceType<typeof Stripe.errors.StripeError>> {
  return promise.then(
    () => {
      throw new Error('This was expected to be refused.')
    },
    (error: InstanceType<typeof Stripe.errors.StripeError>) => error,
  )
}

/** The parameters of a payment of 20 dollars that is made at once. */
export const paid = {
  amount: 2000,
  currency: 'usd',
  confirm: true,
  payment_method: 'pm_card_visa',
  automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
} as const

export interface ReceivedEvent {
  signature: string
  text: string
  event: { id: string; type: string; data: { object: { id: string } } }
}

/** The application's end: takes events, and answers with the next of `statuses`, then 200. */
export async function webhookServer(statuses: number[] = []) {
  const received: ReceivedEvent[] = []
  const waiting: Array<() => void> = []
  const server = createServer((req, res) => {
    let text = ''
    req.setEncoding('utf8')
    req.on('data', (chunk: string) => (text += chunk))
    req.on('end', () => {
      received.push({
        signature: String(req.headers['stripe-signature']),
        text,
        event: JSON.parse(text) as ReceivedEvent['event'],
      })
      res.writeHead(statuses.shift() ?? 200).end()
      waiting.splice(0).forEach((wake) => wake())
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
    received,
    /** Resolves when `count` events have come. */
    async count(count: number) {
      while (received.length < count) await new Promise<void>((resolve) => waiting.push(resolve))
      return received
    },
  }
}
