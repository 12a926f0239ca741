import { expect, it } from 'vitest'
import { john } from './support.js'
import { paidShop } from './support-initiator.js'
import { samples } from './portal-samples.js'

/** A value as its types: every field by name, every parameter by its Key, in any order. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shape)
  if (typeof value !== 'object' || value === null) return typeof value
  const entries = Object.entries(value).map(([name, field]) => [
    name,
    name === 'Key' || name === 'Name' ? field : shape(field),
  ])
  return Object.fromEntries(entries.sort(([a], [b]) => String(a).localeCompare(String(b))))
}

const sameShape = (actual: unknown, sample: unknown) => expect(shape(actual)).toEqual(shape(sample))

it('answers and callbacks of STK push are those of the portal, field by field', async () => {
  const { client, shop, sandbox, advance } = await shopWithMoney()
  sameShape((await client.authorize()).json, samples.token)
  const push = await client.push({ CallBackURL: shop.url })
  sameShape(push.json, samples.stkPush)
  await sandbox.daraja.phone(john).cancel()
  sameShape((await client.query(push.json.CheckoutRequestID)).json, samples.stkQuery)
  await advance()
  sameShape(shop.received.at(-1)?.body, samples.stkCancelled)
  await client.push({ CallBackURL: shop.url, Amount: 7 })
  await sandbox.daraja.phone(john).enterPin('1234')
  await advance()
  sameShape(shop.received.at(-1)?.body, samples.stkPaid)
  sameShape((await client.query('ws_CO_none')).json, samples.error)
})

it('so are those of B2C', async () => {
  const { b2c, results, advance } = await shopWithMoney()
  sameShape((await b2c({ OriginatorConversationID: 'one' })).json, samples.accepted)
  await advance()
  sameShape(results().at(-1)?.body, samples.b2cResult)
  expect(results().at(-1)?.text).toMatch(/"B2CUtilityAccountAvailableFunds","Value":\d+\.\d\d}/)
  await b2c({ OriginatorConversationID: 'two', InitiatorName: 'somebody' })
  await advance()
  sameShape(results().at(-1)?.body, samples.b2cFailure)
})

it('of reversal, transaction status and account balance', async () => {
  const { receipt, b2c, reverse, status, balance, results, advance } = await shopWithMoney()
  sameShape((await reverse({ TransactionID: receipt, Amount: 100 })).json, samples.accepted)
  await advance()
  sameShape(results().at(-1)?.body, samples.reversalResult)
  await reverse({ TransactionID: receipt, Amount: 100 })
  await advance()
  sameShape(results().at(-1)?.body, samples.reversalFailure)
  await b2c({ OriginatorConversationID: 'one' })
  await advance()
  sameShape((await status({ OriginalConversationID: 'one' })).json, samples.accepted)
  await advance()
  sameShape(results().at(-1)?.body, samples.statusResult)
  sameShape((await balance({})).json, samples.accepted)
  await advance()
  sameShape(results().at(-1)?.body, samples.balanceResult)
})

it('of C2B and of QR codes', async () => {
  const { register, simulate, qr, results, advance } = await shopWithMoney()
  sameShape((await register({})).json, samples.c2bAccepted)
  sameShape((await simulate({})).json, samples.c2bAccepted)
  await advance()
  const [validation, confirmation] = results().map(({ body }) => body)
  sameShape(validation, samples.validation)
  sameShape(confirmation, samples.customerPayment)
  sameShape((await qr({})).json, samples.qrCode)
})

async function shopWithMoney() {
  const shop = await paidShop()
  await shop.sandbox.daraja.fund('174379', 1_000_00)
  shop.shop.received.length = 0
  return { ...shop, advance: () => shop.sandbox.clock.advance(20_000) }
}
