import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { sandboxFor } from '../support.js'
import { paid, sdkFor } from './support.js'

it('a delivery that failed is tried again, however long the one takes that was held back for it', async () => {
  const sandbox = await sandboxFor({
    stripe: { retryDelaysMs: [1_000], deliveryDelay: { minMs: 100, maxMs: 100 } },
  })
  // The charge's event is never answered, the payment's not at first.
  const unanswered: ServerResponse[] = []
  const answered: number[] = []
  const server = createServer((req, res) => {
    let text = ''
    req.setEncoding('utf8')
    req.on('data', (chunk: string) => (text += chunk))
    req.on('end', () => {
      if (text.includes('"charge.succeeded"')) return void unanswered.push(res)
      answered.push(answered.length === 0 ? 500 : 200)
      res.writeHead(answered.at(-1)!).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  await sandbox.stripe.listen(url, { events: ['charge.succeeded', 'payment_intent.succeeded'] })
  sandbox.stripe.faults.order({ fault: 'reorderDelivery', type: 'charge.succeeded' })
  await sdkFor(sandbox).paymentIntents.create(paid)

  const first = sandbox.clock.advance(1_000)
  await expect.poll(() => unanswered.length, { timeout: 60_000 }).toBe(1)
  await sandbox.clock.advance(1_000)
  await expect.poll(() => answered, { timeout: 60_000 }).toEqual([500, 200])
  for (const res of unanswered) res.end()
  await first
  const states = sandbox.stripe.deliveries().map(({ state }) => state)
  expect(states).toEqual(['delivered', 'delivered'])
})
