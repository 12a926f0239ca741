import Stripe from 'stripe'
import { expect, test } from 'vitest'
import { ended, expectPaidOnce, untilDone, useProcesses, type Spawned } from './processes.js'
import { order, PHONE } from './shop.js'
import { cardOrder } from './stripe/stripe-shop.js'

/** Cards through the real SDK: the sandbox's Stripe delivers, and delivers again, to processes that die. */
const shop = useProcesses()
const { spawn } = shop

const REDELIVERY_MS = 300_000

/** Stripe sends the events of payments to this process. */
async function listenAt(receiver: Spawned) {
  const url = (await receiver.says('url')).url!
  await shop.sandbox.stripe.listen(`${url}/callbacks/stripe`, { events: ['payment_intent.succeeded'] })
  return Number(new URL(url).port)
}

/** A payment whose card was charged; its event is on the way, and comes when the clock is moved. */
async function charged() {
  const { id } = await shop.payments.create(cardOrder())
  const { attempts } = await shop.payments.start(id)
  const ref = attempts[0]!.providerRef!
  await pay(ref)
  return { id, ref }
}

const pay = (ref: string) =>
  shop.sdk.paymentIntents.confirm(ref, {
    payment_method: 'pm_card_visa',
    return_url: 'https://shop.test/back',
  })

/** What came of every attempt to deliver. */
const answers = () =>
  shop.sandbox.stripe
    .deliveries()
    .flatMap(({ attempts }) => attempts.map(({ status, error }) => status ?? error))

const entries = (id: string) => shop.db.collection('inbox').find({ paymentId: id }).toArray()

test('mode 1: killed after Stripe’s event was stored and before 200: Stripe delivers it again, and it is a duplicate', async () => {
  const dying = spawn({ fault: 'after-insert' })
  const port = await listenAt(dying)
  const { id } = await charged()
  await shop.sandbox.clock.advance(2_000)
  expect(await ended(dying.child)).toMatchObject({ signal: 'SIGKILL' })
  expect(answers()).toEqual([expect.stringMatching(/ECONNRESET|SOCKET|closed/)])

  await spawn({ worker: true, port }).says('url')
  await shop.sandbox.clock.advance(REDELIVERY_MS)
  expect(answers().at(-1)).toBe(200)
  await untilDone(shop, id)
  await expectPaidOnce(shop, id, 25_50)
  expect(await entries(id)).toMatchObject([{ deliveries: 2, state: 'done' }])
})

test('mode 2: killed between 200 and the work on an event: another process does it, without Stripe’s help', async () => {
  const receiver = spawn()
  await listenAt(receiver)
  const { id } = await charged()
  await shop.sandbox.clock.advance(2_000)
  expect(answers()).toEqual([200])
  receiver.child.kill('SIGKILL')
  await ended(receiver.child)
  expect((await shop.payments.get(id))?.status).toBe('pending')
  spawn({ worker: true })
  await untilDone(shop, id)
  await expectPaidOnce(shop, id, 25_50)
  expect(answers()).toEqual([200])
})

test('mode 3: killed between the payment and the end of the event: the repetition finds it applied', async () => {
  const dying = spawn({ worker: true, fault: 'before-complete' })
  await listenAt(dying)
  const { id } = await charged()
  await shop.sandbox.clock.advance(2_000)
  expect(await ended(dying.child)).toMatchObject({ signal: 'SIGKILL' })
  const written = await shop.db.collection('payments').findOne({ _id: id as never })
  expect(written).toMatchObject({ status: 'succeeded', captured: 25_50 })
  spawn({ worker: true })
  await untilDone(shop, id)
  await expectPaidOnce(shop, id, 25_50)
  expect(await entries(id)).toMatchObject([{ state: 'done' }])
})

test('mode 4: one event at two processes on one database, fifty times each at once: one entry, one transition, all 200', async () => {
  const { id, ref } = await charged()
  const servers = [spawn({ worker: true }), spawn({ worker: true })]
  const urls = await Promise.all(servers.map(async (server) => (await server.says('url')).url!))
  const [event] = shop.sandbox.stripe.events().filter(({ type }) => type === 'payment_intent.succeeded')
  expect(event).toMatchObject({ data: { object: { id: ref } } })
  const payload = JSON.stringify(event)
  const secret = shop.sandbox.env.STRIPE_WEBHOOK_SECRET
  const headers = { 'stripe-signature': Stripe.webhooks.generateTestHeaderString({ payload, secret }) }
  const statuses = await Promise.all(
    Array.from({ length: 100 }, async (_, index) => {
      const url = `${urls[index % 2]}/callbacks/stripe`
      return (await fetch(url, { method: 'POST', body: payload, headers })).status
    }),
  )
  expect(new Set(statuses)).toEqual(new Set([200]))
  await untilDone(shop, id)
  await expectPaidOnce(shop, id, 25_50)
  // Its worker may have found the event in Stripe's list before it came.
  const [entry, ...others] = await entries(id)
  expect(entry).toMatchObject({ _id: `stripe:${event!.id}` })
  expect(others).toEqual([])
  expect([100, 101]).toContain(entry!['deliveries'])
})

/** Who works on a payment, by the server's clock. */
async function stored(id: string) {
  const found = await shop.db.collection('payments').findOne({ _id: id as never })
  return found as unknown as { leasedUntil: Date; lease: { at: Date } }
}

/** Resolves when the lease on a payment has been extended so often: every third of its length. */
async function beats(id: string, count: number) {
  const seen = new Set<number>()
  while (seen.size <= count) {
    seen.add((await stored(id)).leasedUntil.getTime())
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

test('mode 12: workers whose clocks are ten minutes fast and slow take over from each other when a lease ends, not before and not later', async () => {
  for (const [first, second] of [
    [600_000, -600_000],
    [-600_000, 600_000],
  ] as const) {
    const receiver = spawn()
    await listenAt(receiver)
    const { id } = await charged()
    await shop.sandbox.clock.advance(2_000)
    const leaseMs = 6_000
    const dying = spawn({ worker: true, fault: 'slow-handler', shiftMs: first, leaseMs })
    await dying.says('told')
    const other = spawn({ worker: true, shiftMs: second, leaseMs })
    await other.says('url')
    await beats(id, 2)
    expect(other.said.filter(({ told }) => told)).toEqual([])
    dying.child.kill('SIGKILL')
    await ended(dying.child)
    const { leasedUntil } = await stored(id)
    await other.says('told')
    // By the server's clock; what the workers know of it may be a little off.
    expect((await stored(id)).lease.at.getTime()).toBeGreaterThan(leasedUntil.getTime() - 2_000)
    await untilDone(shop, id)
    await expectPaidOnce(shop, id, 25_50)
    await shop.killAll()
  }
})

test.each([
  ['fast', 600_000, /made (599|600|601) s in the past: clock skew/],
  ['slow', -600_000, /made (599|600|601) s in the future: clock skew/],
])(
  'mode 12: a server whose clock is ten minutes %s refuses signed events and says by how much; M-Pesa is not touched',
  async (_, shiftMs, reason) => {
    const server = spawn({ worker: true, shiftMs })
    await listenAt(server)
    await charged()
    await shop.sandbox.clock.advance(2_000)
    expect(answers()).toEqual([400])
    expect(await server.says('refused')).toMatchObject({
      refused: expect.stringMatching(reason) as string,
      code: 'PAYMENTS_CLOCK_SKEW',
    })

    const { id } = await shop.payments.create(order())
    await shop.payments.start(id)
    await shop.sandbox.daraja.phone(PHONE).enterPin('1234')
    const { callbackUrl, checkoutRequestId } = shop.sandbox.daraja.transactions()[0]!
    const url = (await server.says('url')).url + new URL(callbackUrl).pathname
    const stkCallback = { CheckoutRequestID: checkoutRequestId, ResultCode: 0 }
    const answer = await fetch(url, { method: 'POST', body: JSON.stringify({ Body: { stkCallback } }) })
    expect(answer.status).toBe(200)
    await untilDone(shop, id)
    await expectPaidOnce(shop, id, 150_00)
  },
)

test('mode 22: a process that is told to end while it works on a card gives it back, and another one finishes', async () => {
  const worker = spawn({ worker: true, fault: 'slow-handler' })
  await listenAt(worker)
  const { id } = await charged()
  await shop.sandbox.clock.advance(2_000)
  await worker.says('told')
  worker.child.kill('SIGTERM')
  await worker.says('closed')
  expect(await ended(worker.child)).toEqual({ code: 0, signal: null })
  await spawn({ worker: true }).says('told')
  await untilDone(shop, id)
  await expectPaidOnce(shop, id, 25_50)
})
