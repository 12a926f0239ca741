import { expect, it } from 'vitest'
import { sandboxFor } from '../support.js'
import { paid, refusalOf, sdkFor } from './support.js'

it('finds intents by metadata, status and amount', async () => {
  const sandbox = await sandboxFor()
  const stripe = sdkFor(sandbox)
  const create = (order: string, amount = 2000, confirm = true) =>
    stripe.paymentIntents.create({
      ...(confirm ? paid : { currency: 'usd' }),
      amount,
      metadata: { 'order-no': order },
    })
  const [first, open] = [await create("o'7"), await create("o'7", 3000, false)]
  await create('8')
  const idsOf = async (query: string) =>
    (await stripe.paymentIntents.search({ query })).data.map(({ id }) => id)
  expect(await idsOf(`metadata['order-no']:'o\\'7'`)).toEqual([open.id, first.id])
  expect(await idsOf(`metadata["order-no"]:"o'7" AND status:"succeeded"`)).toEqual([first.id])
  expect(await idsOf(`metadata['order-no']:"o'7" amount>2000`)).toEqual([open.id])
  expect(await idsOf("currency:'USD' AND amount:'2000' AND created>=1")).toHaveLength(2)
  expect(await idsOf("metadata['order-no']:'9'")).toEqual([])
})

it('gives pages, which the SDK turns', async () => {
  const sandbox = await sandboxFor()
  const stripe = sdkFor(sandbox)
  const ids: string[] = []
  for (let index = 0; index < 5; index++) ids.unshift((await stripe.paymentIntents.create(paid)).id)
  const found: string[] = []
  for await (const { id } of stripe.paymentIntents.search({ query: "status:'succeeded'", limit: 2 }))
    found.push(id)
  expect(found).toEqual(ids)
  expect(await stripe.paymentIntents.search({ query: "status:'canceled'" })).toMatchObject({
    object: 'search_result',
    has_more: false,
    next_page: null,
    url: '/v1/payment_intents/search',
  })
})

it.each([
  '',
  "status:'succeeded' OR status:'canceled'",
  "-status:'succeeded'",
  "status~'succ'",
  'status:succeeded',
  "metadata['a']>'1'",
  "status:'a' AND",
  "colour:'red'",
  "status:'a' AND AND status:'b'",
  "amount:'much'",
])('refuses the query %j', async (query) => {
  const sandbox = await sandboxFor()
  expect(await refusalOf(sdkFor(sandbox).paymentIntents.search({ query }))).toMatchObject({
    statusCode: 400,
    rawType: 'invalid_request_error',
  })
})

it('finds a new intent only when the index has it', async () => {
  const sandbox = await sandboxFor({ stripe: { searchLagMs: 60_000 } })
  const stripe = sdkFor(sandbox)
  await stripe.paymentIntents.create(paid)
  const count = async () => (await stripe.paymentIntents.search({ query: "status:'succeeded'" })).data.length
  expect(await count()).toBe(0)
  await sandbox.clock.advance(60_000)
  expect(await count()).toBe(1)
  sandbox.stripe.faults.order({ fault: 'searchLag', ms: 120_000 })
  expect([await count(), await count()]).toEqual([0, 1])
})
