import { once } from 'node:events'
import { createPayments, memoryInbox, memoryPaymentStore, money } from '@ementech/payments'
import { createMpesa } from '@ementech/payments/mpesa'
import { startSandbox } from '@ementech/sandbox'
import axios from 'axios'
import express from 'express'

/** Sandbox seconds in a real one: a prompt lives for a second. */
const timeScale = 60
const SECOND = 1000
const timing = {
  checkDelaysMs: [1, 1, 2, 4, 8].map((seconds) => seconds * SECOND),
  expireAfterMs: 60 * SECOND,
  confirmWithinMs: 300 * SECOND,
  reviewAfterMs: 300 * SECOND,
  stopAfterMs: 900 * SECOND,
  silenceMs: 0.3 * SECOND,
}
const FINAL = new Set(['succeeded', 'failed', 'expired', 'canceled', 'review'])

/**
 * STK payments with callbacks lost (30 %), repeated (20 %) and out of order (10 %), payers who pay, err, cancel or look
 * away, a token killed every 50 calls, and spike arrest. What became of each is compared with the sandbox's ledger.
 *
 * @param {{ count?: number, seed?: number, concurrency?: number, deadlineMs?: number }} [options]
 * @returns {Promise<{ counts: Record<string, number>, wrong: string[], calls: number, callbacks: number }>}
 */
export async function mpesaChaos({ count = 1000, seed = 1, concurrency = 25, deadlineMs = 600_000 } = {}) {
  const random = sequence(seed)
  const spikeArrest = { stkQuery: { requests: 60, perMs: 60_000 } }
  const sandbox = await startSandbox({ timeScale, seed, daraja: { spikeArrest } })
  const { daraja, env } = sandbox
  const app = express()
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')

  let calls = 0
  const instance = axios.create()
  instance.interceptors.request.use((config) => {
    if (++calls % 50 === 0) daraja.faults.order({ fault: 'invalidateToken' })
    return config
  })
  /** @type {Map<string, Set<string>>} */
  const paid = new Map()
  const payments = createPayments({
    store: memoryPaymentStore(),
    inbox: memoryInbox(),
    providers: {
      mpesa: createMpesa({
        environment: 'sandbox',
        baseUrl: env.MPESA_BASE_URL,
        consumerKey: env.MPESA_CONSUMER_KEY,
        consumerSecret: env.MPESA_CONSUMER_SECRET,
        shortcode: env.MPESA_SHORTCODE,
        passkey: env.MPESA_PASSKEY,
        callbackUrl: `http://127.0.0.1:${/** @type {any} */ (server.address()).port}/hooks`,
        callbackSecret: 'a secret of the chaos, of thirty-two characters and more',
        axios: instance,
        timing,
      }),
    },
    on: { paid: ({ id }, { key }) => void paid.set(id, (paid.get(id) ?? new Set()).add(key)) },
  })
  app.use('/hooks', payments.webhooks)
  payments.worker({ concurrency: 8, pollMs: 50 })

  const numbers = Array.from({ length: count }, (_, index) => index)
  try {
    /** @type {Map<number, string>} */
    const ids = new Map()
    await inParallel(numbers, concurrency, async (number) => ids.set(number, await oneCustomer(number)))
    return await audit(ids)
  } finally {
    await payments.close()
    server.closeAllConnections()
    server.close()
    await sandbox.close()
  }

  /** @param {number} number */
  async function oneCustomer(number) {
    const phone = daraja.phone(`2547${String(10_000_000 + number)}`)
    const { msisdn } = phone
    const fate = random()
    if (fate < 0.3) daraja.faults.order({ fault: 'dropCallback', msisdn })
    else if (fate < 0.5) daraja.faults.order({ fault: 'duplicateCallback', msisdn })
    else if (fate < 0.6) daraja.faults.order({ fault: 'reorderCallback', msisdn })
    const mood = random()
    const { id } = await payments.create({
      ...{ provider: 'mpesa', amount: money(String(10 + (number % 90)), 'KES'), payer: { phone: msisdn } },
      ...{ reference: `C${number}`, description: 'Chaos', idempotencyKey: `chaos-${number}` },
    })
    // Twice at once: a nervous thumb. What provably was not sent (the token was killed twice running) is tried again.
    do await Promise.all([payments.start(id), payments.start(id)])
    while ((await payments.get(id))?.status === 'created')
    if (mood < 0.7) await phone.enterPin('1234').catch(() => {})
    else if (mood < 0.8) await phone.enterPin('0000').catch(() => {})
    else if (mood < 0.9) await phone.cancel().catch(() => {})
    return id
  }

  /** @param {Map<number, string>} ids */
  async function audit(ids) {
    const until = Date.now() + deadlineMs
    const payment = (/** @type {string} */ id) => payments.get(id)
    let open = [...ids.values()]
    while (open.length > 0 && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 200))
      const read = await Promise.all(open.map(payment))
      open = read.filter((each) => !FINAL.has(each?.status ?? '')).map((each) => each?.id ?? '')
    }
    /** @type {Record<string, number>} */
    const counts = {}
    /** @type {string[]} */
    const wrong = []
    const ledger = daraja.ledger()
    for (const [number, id] of ids) {
      const status = (await payment(id))?.status ?? 'missing'
      counts[status] = (counts[status] ?? 0) + 1
      const entries = ledger.filter(({ text }) => text.endsWith(` for C${number}`)).length
      const told = paid.get(id)?.size ?? 0
      const right = entries === 1 ? status === 'succeeded' && told === 1 : status === 'failed' && told === 0
      if (entries > 1 || !right) wrong.push(`C${number}: ${status}, ${entries} entries, told ${told} times`)
    }
    const sum = Object.values(daraja.balances()).reduce((a, b) => a + b, 0)
    if (sum !== 0) wrong.push(`the ledger adds up to ${sum}`)
    return { counts, wrong, calls, callbacks: daraja.callbacks().length }
  }
}

/**
 * @param {number[]} items
 * @param {number} width
 * @param {(item: number) => Promise<unknown>} work
 */
async function inParallel(items, width, work) {
  const waiting = [...items]
  const lane = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: width }, lane))
}

/** mulberry32: the same numbers for the same seed. @param {number} seed */
function sequence(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
