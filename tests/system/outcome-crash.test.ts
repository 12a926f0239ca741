import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sandboxAt } from '../support/sandbox.js'
import {
  askNow,
  orderIs,
  registerCustomer,
  startSystem,
  until,
  type Customer,
  type Order,
} from '../support/shop.js'

let system: Awaited<ReturnType<typeof startSystem>>
let sandbox: ReturnType<typeof sandboxAt>

beforeAll(async () => {
  system = await startSystem()
  sandbox = sandboxAt(system.sandboxUrl)
}, 180_000)
afterAll(() => system[Symbol.asyncDispose]())

const minute = 60_000

interface Outcome {
  status: 'paid' | 'payment_failed'
  /** What the payer does. */
  act(phone: string): Promise<void>
}

/** Every way in which a prompt can end. */
const outcomes: Record<string, Outcome> = {
  'right PIN': { status: 'paid', act: (phone) => sandbox.enterPin(phone) },
  'wrong PIN': { status: 'payment_failed', act: (phone) => sandbox.enterPin(phone, '4321') },
  cancelled: { status: 'payment_failed', act: (phone) => sandbox.cancel(phone) },
  'no answer': { status: 'payment_failed', act: async () => {} },
  'too little money': { status: 'payment_failed', act: (phone) => sandbox.enterPin(phone) },
  'lost callback': {
    status: 'paid',
    async act(phone) {
      await sandbox.fault({ fault: 'dropCallback', msisdn: phone })
      await sandbox.enterPin(phone)
    },
  },
}

// A database that was given by MONGODB_URI is not ours to kill.
const ours = ['sandbox', 'server', 'worker', ...(process.env.MONGODB_URI ? [] : ['database'])]
const moments = ['before the payers act', 'just after they have acted'] as const
// There are forty of each.
const goods = ['shanga', 'kikombe']
const matrix = ours.flatMap((name) => moments.map((moment, i) => ({ name, moment, slug: goods[i]! })))

// `npm run soak` has all of it (SEED=all); `npm test` kills each process once, at a moment that the seed chooses.
const seed = process.env.SEED ?? 'npm test'
const chosen = matrix.filter(({ name, moment }) => seed === 'all' || moment === moments[bitOf(seed + name)])

/**
 * A process dies without warning while eight payments are under way, one for each outcome and one by card, and is started
 * again: orders, goods, the providers' books and the mailbox agree then, and all of it has happened once.
 */
describe(`kill -9 in the midst of every outcome (seed ${seed})`, () => {
  it.each(chosen)(
    '$name, $moment',
    async ({ name, moment, slug }) => {
      const customer = await registerCustomer(system.url)
      const left = await customer.stock(slug)
      const prompts = await Promise.all(
        Object.entries(outcomes).map(([kind, outcome]) => begin(customer, kind, slug, outcome)),
      )
      const late = await begin(customer, 'late callback', slug, { status: 'paid', act: async () => {} })
      const byCard = await customer.order(slug)
      const cardPage = await customer.payByCard(byCard.id)

      if (moment === 'before the payers act') await crash(name)
      await giveUp(customer, late)
      await Promise.all([
        ...prompts.map(({ phone, outcome }) => outcome.act(phone)),
        sandbox.payByCard(cardPage),
      ])
      if (moment === 'just after they have acted') await crash(name)

      // Prompts that nobody answered are over now; and then the last callback comes.
      await sandbox.advance(minute)
      await sandbox.advance(5 * minute)
      await orderIs(customer, byCard.id, 'paid', 2 * minute)
      for (const { kind, order, outcome } of [...prompts, late]) {
        // What a dead process did not hear is not said again: it is asked for.
        await until(`${kind} to be ${outcome.status}`, async () => {
          const { status } = await customer.read(order.id)
          if (status !== outcome.status) await askNow(system.mongoUri, order.number)
          return status === outcome.status
        })
      }

      for (const { kind, phone, before, order, outcome } of [...prompts, late]) {
        const isPaid = outcome.status === 'paid'
        const taken = (await sandbox.received(phone)).slice(before.length)
        expect([kind, taken]).toEqual([kind, isPaid ? [order.total.minor] : []])
      }
      expect(await sandbox.charged(byCard.number)).toEqual([{ taken: byCard.total.minor, back: 0 }])
      expect(await customer.stock(slug)).toBe(left - prompts.length - 2)
      const paid = [...prompts, late].filter(({ outcome }) => outcome.status === 'paid')
      const receipts = [...paid.map(({ order }) => order.number), byCard.number]
      expect(await sandbox.mails(customer.email, receipts.length)).toEqual(
        receipts.map((number) => `Receipt for order ${number}`).sort(),
      )
    },
    5 * minute,
  )
})

let nextPhone = 254_700_400_001

/** An order, with the prompt on the phone. */
async function begin(customer: Customer, kind: string, slug: string, outcome: Outcome) {
  // Brian Otieno has fifty shillings.
  const phone = kind === 'too little money' ? '254722000002' : String(nextPhone++)
  const before = await sandbox.received(phone)
  const order = await customer.order(slug)
  await customer.pay(order.id, phone)
  await sandbox.promptOn(phone)
  return { kind, phone, before, order, outcome }
}

/** The payer has paid, but M-Pesa said no when it was asked, and tells the truth minutes later. */
async function giveUp(customer: Customer, { phone, order }: { phone: string; order: Order }) {
  await sandbox.fault({ fault: 'delayCallback', msisdn: phone, ms: 5 * minute })
  await sandbox.fault({ fault: 'contradictQuery', msisdn: phone, resultCode: 1032 })
  await sandbox.enterPin(phone)
  await until('the worker to ask', async () => {
    await askNow(system.mongoUri, order.number)
    return (await customer.read(order.id)).status === 'payment_failed'
  })
}

async function crash(name: string) {
  await system.kill(name)
  await system.start(name)
}

function bitOf(text: string): 0 | 1 {
  return (createHash('sha256').update(text).digest()[0]! & 1) as 0 | 1
}
