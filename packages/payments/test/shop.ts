import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startSandbox, type SandboxOptions } from '@ementech/sandbox'
import express from 'express'
import { createPayments, memoryInbox, memoryPaymentStore, money, type PaymentsOptions } from '../src/index.js'
import { createMpesa, type MpesaOptions } from '../src/mpesa.js'

/** Milliseconds instead of minutes: what takes a minute in production takes 100 ms here. */
export const QUICK = {
  checkDelaysMs: [80, 80, 100, 200],
  expireAfterMs: 1_000,
  confirmWithinMs: 2_000,
  reviewAfterMs: 5_000,
  stopAfterMs: 60_000,
  silenceMs: 100,
}
export const SECRET = 'a-secret-of-the-tests-with-more-than-32-characters'
export const PHONE = '0711000001'

export interface ShopOptions {
  sandbox?: SandboxOptions
  mpesa?: Partial<MpesaOptions>
  payments?: Partial<PaymentsOptions>
  /** With an initiator: money can be given back. */
  refunds?: boolean
}

/** A whole shop: the sandbox's Daraja, an Express server for the callbacks, payments, and what was told to `on`. */
export async function startShop({
  sandbox: sandboxOptions,
  mpesa: mpesaOptions,
  payments: options,
  refunds = false,
}: ShopOptions = {}) {
  const sandbox = await startSandbox({
    timeScale: 20,
    daraja: { spikeArrest: {} },
    ...sandboxOptions,
  })
  const app = express()
  const { server, url } = await listen(app)

  const { env } = sandbox
  const initiator = {
    name: env.MPESA_INITIATOR_NAME,
    password: env.MPESA_INITIATOR_PASSWORD,
    certificate: env.MPESA_CERTIFICATE,
  }
  const mpesa = createMpesa({
    environment: 'sandbox',
    baseUrl: env.MPESA_BASE_URL,
    consumerKey: env.MPESA_CONSUMER_KEY,
    consumerSecret: env.MPESA_CONSUMER_SECRET,
    shortcode: env.MPESA_SHORTCODE,
    passkey: env.MPESA_PASSKEY,
    timing: QUICK,
    ...(refunds && { initiator }),
    ...mpesaOptions,
    callbackUrl: `${url}/callbacks`,
    callbackSecret: mpesaOptions?.callbackSecret ?? SECRET,
  })
  const told: string[] = []
  const note = (_: unknown, { key }: { key: string }) => void told.push(key)
  const store = options?.store ?? memoryPaymentStore()
  const inbox = options?.inbox ?? memoryInbox()
  const payments = createPayments({
    store,
    inbox,
    providers: { mpesa },
    on: {
      paid: note,
      failed: note,
      expired: note,
      review: note,
      overpaid: note,
      canceled: note,
      refunded: note,
      refundFailed: note,
    },
    retry: { baseMs: 10, capMs: 50, maxAttempts: 5 },
    ...options,
  })
  app.use('/callbacks', payments.webhooks)

  return {
    sandbox,
    daraja: sandbox.daraja,
    phone: sandbox.daraja.phone(PHONE),
    mpesa,
    payments,
    store,
    inbox,
    app,
    url,
    told,
    /** Resolves with the payment once it has one of these statuses. Polls: other processes may be at it. */
    async until(id: string, ...statuses: string[]) {
      for (;;) {
        const payment = await payments.get(id)
        if (payment && statuses.includes(payment.status)) return payment
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    },
    async close() {
      await payments.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await sandbox.close()
    },
  }
}

/** Serves an Express application on a free port. */
export async function listen(app: express.Express) {
  const server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

let orders = 0

/** A request for `create()`, a different one each time. */
export function order(shillings = '150', more: object = {}) {
  const number = ++orders
  return {
    reference: `ORDER-${number}`,
    amount: money(shillings, 'KES'),
    provider: 'mpesa',
    payer: { phone: PHONE },
    description: 'Two mangoes',
    idempotencyKey: `order-${number}`,
    ...more,
  }
}
