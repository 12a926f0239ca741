import express5 from 'express'
import express4 from 'express4'
import Stripe from 'stripe'
import { afterEach, describe, expect, test } from 'vitest'
import { memoryInbox } from '../../src/index.js'
import { stripeWebhook, type StripeWebhookOptions } from '../../src/stripe.js'
import { listen } from '../shop.js'

const [NEW, OLD] = ['whsec_new_of_the_tests', 'whsec_old_of_the_tests']
const EVENT = {
  id: 'evt_1',
  object: 'event',
  type: 'payment_intent.succeeded',
  created: 1,
  data: { object: { id: 'pi_1', object: 'payment_intent', metadata: {} } },
}
const THIN = {
  id: 'evt_test_thin1',
  object: 'v2.core.event',
  type: 'v1.payment_intent.succeeded',
  created: '2026-11-26T10:00:00.000Z',
  livemode: false,
  related_object: { id: 'pi_1', type: 'payment_intent', url: '/v1/payment_intents/pi_1' },
}

let close: () => Promise<void> = async () => {}
afterEach(() => close())

describe.each([
  ['Express 5', express5],
  ['Express 4', express4],
] as const)('stripeWebhook alone, on %s', (_, express) => {
  async function open(options: Omit<StripeWebhookOptions, 'secrets'>, above = express.Router()) {
    const app = express().use(above)
    app.post('/stripe', stripeWebhook({ secrets: [NEW, OLD], ...options }))
    app.use((error: { code?: string }, _req: unknown, res: express5.Response, _next: unknown) => {
      res.status(500).json({ code: error.code })
    })
    const { server, url } = await listen(app)
    close = async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
    return async (event: object, { secret = NEW, ageSeconds = 0, headers = {} } = {}) => {
      // Not as JSON.stringify would write it again.
      const payload = JSON.stringify(event, null, 3)
      const timestamp = Math.floor(Date.now() / 1000) - ageSeconds
      const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp })
      return fetch(`${url}/stripe`, {
        method: 'POST',
        body: payload,
        headers: { 'content-type': 'application/json', 'stripe-signature': signature, ...headers },
      })
    }
  }

  test('gives each event whose signature is right to the handler, with its exact bytes, and answers 200', async () => {
    const seen: unknown[] = []
    const deliver = await open({
      async onEvent(event, { verifiedBy, raw }) {
        seen.push([event.type, verifiedBy, Buffer.from(raw).toString() === JSON.stringify(EVENT, null, 3)])
      },
    })
    const answer = await deliver(EVENT)
    expect([answer.status, await answer.json()]).toEqual([200, { received: true }])
    expect((await deliver(EVENT, { secret: OLD })).status).toBe(200)
    expect(seen).toEqual([
      ['payment_intent.succeeded', 'secret#1', true],
      ['payment_intent.succeeded', 'secret#2', true],
    ])
  })

  test('answers 400, and calls nobody, for a wrong secret, a time too long ago and a time to come', async () => {
    const logged: unknown[] = []
    const logger = {
      debug() {},
      info() {},
      warn: (_: string, fields?: object) => void logged.push(fields),
      error: () => {},
    }
    const deliver = await open({
      onEvent: () => void logged.push('called'),
      toleranceSeconds: 60,
      logger,
    })
    for (const options of [
      { secret: 'whsec_strange' },
      { ageSeconds: 90 },
      { ageSeconds: -90 },
      { headers: { 'stripe-signature': '' } },
    ]) {
      expect((await deliver(EVENT, options)).status).toBe(400)
    }
    expect((await deliver({ id: 'evt_1' })).status).toBe(400)
    expect((await deliver(EVENT, { ageSeconds: -30 })).status).toBe(200)
    expect(logged.filter((entry) => entry === 'called')).toHaveLength(1)
  })

  test('answers 503, so that Stripe sends it again, when the handler fails or takes too long', async () => {
    let tries = 0
    const deliver = await open({
      timeoutMs: 50,
      async onEvent() {
        tries += 1
        if (tries === 1) throw new Error('no database at mongodb://user:secret@db')
        if (tries === 2) await new Promise(() => {})
      },
    })
    for (const _ of ['fails', 'hangs']) {
      const refused = await deliver(EVENT)
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '10'])
      expect(await refused.text()).not.toContain('secret')
    }
    expect((await deliver(EVENT)).status).toBe(200)
  })

  test('stores into an inbox under the event’s id, once, for a worker elsewhere; 503 if it cannot', async () => {
    const inbox = memoryInbox()
    let isDown = true
    const insert: typeof inbox.insert = (entry) =>
      isDown ? Promise.reject(new Error('no primary')) : inbox.insert(entry)
    const deliver = await open({ inbox: { ...inbox, insert } })
    expect((await deliver(EVENT)).status).toBe(503)
    isDown = false
    const answers = await Promise.all(Array.from({ length: 10 }, () => deliver(EVENT)))
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200))
    expect(await inbox.list({ limit: 10 })).toMatchObject([{ deliveries: 10, entry: { id: 'stripe:evt_1' } }])
  })

  test('takes thin events for their own handler; without one they are 503, never lost', async () => {
    const seen: unknown[] = []
    let deliver = await open({ onEvent: () => void seen.push('snapshot') })
    expect((await deliver(THIN)).status).toBe(503)
    await close()
    deliver = await open({ onThinEvent: ({ related_object: about }) => void seen.push(about?.id) })
    expect((await deliver(THIN)).status).toBe(200)
    expect((await deliver(EVENT)).status).toBe(503)
    expect(seen).toEqual(['pi_1'])
  })

  test('says which middleware is in the wrong place when the bytes are gone', async () => {
    const deliver = await open({ onEvent() {} }, express.Router().use(express.json()))
    const answer = await deliver(EVENT)
    expect([answer.status, await answer.json()]).toEqual([500, { code: 'PAYMENTS_BODY_ALREADY_PARSED' }])
  })
})

test('stripeWebhook refuses options that cannot work', () => {
  for (const options of [
    {},
    { onEvent() {} },
    { secrets: NEW },
    { secrets: [], onEvent() {} },
    { secrets: NEW, onEvent() {}, inbox: memoryInbox() },
    { secrets: NEW, onEvents() {} },
  ]) {
    expect(() => stripeWebhook(options as never)).toThrow(TypeError)
  }
})
