import { expect, it } from 'vitest'
import { runCli, startCli } from '../process.js'
import { clientOf, sandboxFor } from '../support.js'
import { paid, sdkFor, webhookServer } from './support.js'

it('another process sees what has happened, and sends an event again', async () => {
  const sandbox = await sandboxFor()
  const { control } = clientOf(sandbox)
  const hooks = await webhookServer()
  const endpoint = await control('POST', '/stripe/listen', { url: hooks.url, events: ['charge.succeeded'] })
  expect(endpoint).toMatchObject({ status: 201, json: { url: hooks.url } })
  const intent = await sdkFor(sandbox).paymentIntents.create(paid)
  await sandbox.clock.advance(1000)
  const [received] = await hooks.count(1)
  const look = async (path: string) => (await control('GET', `/stripe/${path}`)).json as unknown
  expect(await look('payment_intents')).toMatchObject([{ id: intent.id }])
  expect(await look('charges')).toMatchObject([{ payment_intent: intent.id }])
  expect(await look('deliveries')).toMatchObject([{ state: 'delivered', attempts: [{ status: 200 }] }])
  expect(await look('requests')).toMatchObject([{ method: 'POST', path: '/v1/payment_intents' }])
  for (const path of ['disputes', 'refunds', 'sessions']) expect(await look(path)).toEqual([])

  const id = received?.event.id ?? ''
  expect((await control('POST', `/stripe/events/${id}/resend`)).status).toBe(204)
  await sandbox.clock.advance(1000)
  expect((await hooks.count(2)).map(({ event }) => event.id)).toEqual([id, id])
  const rolled = await control('POST', `/stripe/webhook_endpoints/${String(endpoint.json.id)}/roll_secret`)
  expect(rolled.json.secret).toMatch(/^whsec_\w{32}$/)
})

it('another process pays, disputes, decides and sets the balance', async () => {
  const sandbox = await sandboxFor()
  const stripe = sdkFor(sandbox)
  const { control } = clientOf(sandbox)
  const { id } = await stripe.checkout.sessions.create({
    success_url: 'https://shop.example/thanks',
    line_items: [
      { quantity: 1, price_data: { currency: 'usd', unit_amount: 2000, product_data: { name: 'Tea' } } },
    ],
  })
  expect(await control('GET', `/stripe/sessions/${id}`)).toMatchObject({
    json: { session: { status: 'open' }, lineItems: [{ description: 'Tea' }] },
  })
  expect((await control('POST', `/stripe/sessions/${id}/pay`, { card: 4242 })).status).toBe(400)
  expect(await control('POST', `/stripe/sessions/${id}/pay`, { card: '4000000000000002' })).toMatchObject({
    json: { outcome: 'declined', message: 'Your card was declined.' },
  })
  await control('POST', `/stripe/sessions/${id}/pay`, { card: '4000002500003155' })
  const done = await control('POST', `/stripe/sessions/${id}/authenticate`)
  expect(done.json).toMatchObject({ outcome: 'paid', url: 'https://shop.example/thanks' })

  const intent = sandbox.stripe.paymentIntents()[0]?.id
  const disputed = await control('POST', `/stripe/payment_intents/${intent}/dispute`, { amount: 500 })
  expect(disputed).toMatchObject({ status: 201, json: { amount: 500, status: 'needs_response' } })
  expect(
    await control('POST', `/stripe/disputes/${String(disputed.json.id)}/close`, { outcome: 'won' }),
  ).toMatchObject({ json: { status: 'won' } })
  await control('POST', '/stripe/balance', { currency: 'usd', amount: 12_345 })
  expect((await stripe.balance.retrieve()).available).toMatchObject([{ amount: 12_345, currency: 'usd' }])
})

it('another process orders faults, and withdraws them', async () => {
  const sandbox = await sandboxFor()
  const { control } = clientOf(sandbox)
  const ordered = await control('POST', '/stripe/faults', { fault: 'rateLimit', times: 2 })
  expect(ordered).toMatchObject({ status: 201, json: { id: 1, fault: 'rateLimit', times: 2 } })
  expect((await control('GET', '/stripe/faults')).json).toMatchObject({
    standing: [{ fault: 'rateLimit' }],
    known: { suppressEvent: { takes: ['type'] } },
  })
  expect((await control('DELETE', '/stripe/faults/1')).status).toBe(204)
  expect(sandbox.stripe.faults.list()).toEqual([])
  await control('POST', '/stripe/faults', { fault: 'serverError' })
  await control('DELETE', '/stripe/faults')
  expect(sandbox.stripe.faults.list()).toEqual([])
})

it.each([
  ['/faults', { fault: 'rain' }, 400],
  ['/events/evt_none/resend', {}, 404],
  ['/sessions/cs_none/pay', {}, 404],
  ['/payment_intents/pi_none/authenticate', { outcome: 'perhaps' }, 400],
  ['/payment_intents/pi_none/dispute', {}, 404],
  ['/payment_intents/pi_none/dispute', { amuont: 1 }, 400],
  ['/sessions/cs_none/pay', { card: '4242' }, 404],
  ['/listen', { url: 'nowhere' }, 400],
  ['/balance', { currency: 'usd' }, 400],
  ['/nothing', {}, 404],
])('refuses POST %s %j with %i', async (path, body, status) => {
  const sandbox = await sandboxFor()
  const answer = await clientOf(sandbox).control('POST', `/stripe${path}`, body)
  expect(answer).toMatchObject({ status, json: { code: expect.stringMatching(/^SANDBOX_/), status } })
})

it('refuses what another site sends', async () => {
  const sandbox = await sandboxFor()
  const headers = { origin: 'https://evil.example' }
  expect(await clientOf(sandbox).control('GET', '/stripe/events', undefined, headers)).toMatchObject({
    status: 403,
  })
})

it('the command line sends events where it is told to', async () => {
  const hooks = await webhookServer()
  const tool = await startCli('stripe', '--port', '0', '--time-scale', '60', '--stripe-webhooks', hooks.url)
  await sdkFor(tool).paymentIntents.create(paid)
  const types = (await hooks.count(3)).map(({ event }) => event.type)
  expect(types.sort()).toEqual(['charge.succeeded', 'payment_intent.created', 'payment_intent.succeeded'])
  const wrong = await runCli('stripe', '--port', '0', '--stripe-webhooks', 'nowhere')
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('must be a URL, not "nowhere"') })
})
