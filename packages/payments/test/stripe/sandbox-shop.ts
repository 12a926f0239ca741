import { startSandbox } from '@ementech/sandbox'
import express from 'express'
import Stripe from 'stripe'
import { createPayments, memoryInbox, memoryPaymentStore, type PaymentsOptions } from '../../src/index.js'
import { createStripe, type StripeOptions } from '../../src/stripe.js'
import { listen, QUICK } from '../shop.js'
import { cardOrder } from './stripe-shop.js'

/** Open payments ask so seldom that it is not they who find what a test is about. */
export const SELDOM = { ...QUICK, checkDelaysMs: [600_000] }

/** A shop that takes cards from the sandbox's Stripe through the real SDK; Stripe sends its events to it. */
export async function startSandboxShop({
  stripe: stripeOptions,
  payments: options,
}: { stripe?: Partial<StripeOptions>; payments?: Partial<PaymentsOptions> } = {}) {
  const sandbox = await startSandbox({ stripe: { deliveryDelay: { minMs: 0, maxMs: 0 } } })
  const { env, stripe: remote } = sandbox
  const { hostname: host, port } = new URL(env.STRIPE_API_BASE)
  const network = { host, port, protocol: 'http', maxNetworkRetries: 0, telemetry: false } as const
  const client = new Stripe(env.STRIPE_SECRET_KEY, network)
  const told: string[] = []
  const note = (_: unknown, { key }: { key: string }) => void told.push(key)
  const store = options?.store ?? memoryPaymentStore()
  const inbox = options?.inbox ?? memoryInbox()

  /** The same shop in another process, as far as its stores can tell. */
  const newPayments = () =>
    createPayments({
      store,
      inbox,
      providers: {
        stripe: createStripe({
          client,
          webhookSecrets: env.STRIPE_WEBHOOK_SECRET,
          timing: SELDOM,
          sweepEveryMs: 50,
          ...stripeOptions,
        }),
      },
      on: { paid: note, failed: note, expired: note, review: note, overpaid: note, canceled: note },
      retry: { baseMs: 10, capMs: 50, maxAttempts: 8 },
      ...options,
    })
  const payments = newPayments()
  let isDown = false
  const app = express()
  app.use((_req, res, next) => (isDown ? void res.sendStatus(500) : next()))
  app.use('/webhooks', payments.webhooks)
  const { server, url } = await listen(app)
  await remote.listen(`${url}/webhooks/stripe`)

  return {
    sandbox,
    remote,
    client,
    payments,
    newPayments,
    store,
    inbox,
    told,
    url: `${url}/webhooks/stripe`,
    goDown: (down = true) => void (isDown = down),
    /** A payment that waits for its payer. */
    async started(amount?: Parameters<typeof cardOrder>[0]) {
      const { id } = await payments.create(cardOrder(amount))
      const started = await payments.start(id)
      return { id, ref: started.attempts[0]!.providerRef! }
    },
    /** The payer pays by card. */
    pay: (ref: string) =>
      client.paymentIntents.confirm(ref, {
        payment_method: 'pm_card_visa',
        return_url: 'https://shop.test/',
      }),
    /** The event of this type, once it is made. */
    event: (type: string) => remote.events().find((event) => event.type === type)!,
    /** The questions for lists of events so far. */
    lists: () =>
      remote
        .requests()
        .filter(({ path }) => path.startsWith('/v1/events'))
        .map(({ path, status }) => ({
          status,
          since: Number(new URLSearchParams(path.split('?')[1]).get('created[gte]')),
        })),
    async until(id: string, ...statuses: string[]) {
      return eventually(async () => {
        const payment = await payments.get(id)
        return payment && statuses.includes(payment.status) ? payment : undefined
      })
    },
    async close() {
      await payments.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await sandbox.close()
    },
  }
}

/** What `look` gives, once it gives something. */
export async function eventually<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
