import { expect, it } from 'vitest'
import type { SandboxOptions } from '../src/index.js'
import { clientOf, john, merchantServer, sandboxFor } from './support.js'

/** A sandbox, a shop, and a push that is under way. */
async function pushed(fields: Record<string, unknown> = {}, options: SandboxOptions = {}) {
  const sandbox = await sandboxFor(options)
  const shop = await merchantServer()
  const client = clientOf(sandbox)
  const push = async (more: Record<string, unknown> = {}) =>
    (await client.push({ CallBackURL: `${shop.url}/in`, ...fields, ...more })).json.CheckoutRequestID
  const phone = sandbox.daraja.phone(String(fields.PhoneNumber ?? john))
  const outcome = async () => {
    await sandbox.clock.advance(10_000)
    const { ResultCode, ResultDesc } = shop.received.at(-1)?.body.Body.stkCallback ?? {}
    return [ResultCode, ResultDesc]
  }
  await push()
  return { sandbox, client, shop, phone, push, outcome }
}

it('shows the prompt with the business, the amount and the reference', async () => {
  const { phone, sandbox } = await pushed({ Amount: 1250, AccountReference: 'ORDER-7' })
  expect(await phone.prompt()).toEqual({
    checkoutRequestId: sandbox.daraja.transactions()[0]?.checkoutRequestId,
    business: 'Sandbox Shop',
    amount: 1250,
    accountReference: 'ORDER-7',
    text: 'Do you want to pay Ksh1,250.00 to Sandbox Shop Account no. ORDER-7?',
    expiresAtMs: sandbox.clock.now() + 60_000,
  })
})

it('the right PIN pays: the money moves, and an SMS confirms it', async () => {
  const { phone, sandbox, outcome } = await pushed({ Amount: 1250 })
  const before = phone.balanceCents
  await phone.enterPin('1234')
  expect(await outcome()).toEqual([0, 'The service request is processed successfully.'])
  expect(phone.balanceCents).toBe(before - 125_000)
  expect(sandbox.daraja.balances()['merchant:174379']).toBe(125_000)
  const { receipt } = sandbox.daraja.transactions()[0]?.result ?? {}
  expect(phone.messages[0]?.text).toMatch(
    new RegExp(
      `^${receipt} Confirmed\\. Ksh1,250\\.00 sent to Sandbox Shop for account ORDER-1 on .* Ksh248,750\\.00`,
    ),
  )
})

it('a wrong PIN is 2001, the third in a row 8006, and then no PIN helps until the account is unlocked', async () => {
  const { phone, push, outcome } = await pushed()
  await phone.enterPin('0000')
  expect(await outcome()).toEqual([2001, 'The initiator information is invalid.'])
  await push()
  await phone.enterPin('1111')
  expect((await outcome())[0]).toBe(2001)
  await push()
  await phone.enterPin('2222')
  expect(await outcome()).toEqual([8006, 'The security credential is locked.'])
  await push()
  await phone.enterPin('1234')
  expect((await outcome())[0]).toBe(8006)

  await phone.unlock()
  await push()
  await phone.enterPin('1234')
  expect((await outcome())[0]).toBe(0)
})

it('the right PIN makes two wrong ones forgotten', async () => {
  const { phone, push, outcome } = await pushed()
  for (const pin of ['0', '0', '1234', '0']) {
    await phone.enterPin(pin)
    await outcome()
    await push({ Amount: 2 })
  }
  await phone.enterPin('0')
  expect((await outcome())[0]).toBe(2001)
})

it('Cancel is 1032', async () => {
  const { phone, outcome } = await pushed()
  await phone.cancel()
  expect(await outcome()).toEqual([1032, 'Request cancelled by user'])
})

it('a prompt that nobody answers goes away after a minute, with 1037', async () => {
  const { phone, outcome, sandbox } = await pushed()
  await sandbox.clock.advance(59_999)
  expect(phone.view().prompt).not.toBeNull()
  await sandbox.clock.advance(1)
  expect(phone.view().prompt).toBeNull()
  expect(await outcome()).toEqual([1037, 'No response from user.'])
})

it('or with 1019, if that is asked for', async () => {
  const { outcome, sandbox } = await pushed({}, { daraja: { unansweredResult: 1019 } })
  await sandbox.clock.advance(60_000)
  expect(await outcome()).toEqual([1019, 'Transaction has expired'])
})

it('a phone that is off gets no prompt, and 1037 comes sooner', async () => {
  const { phone, push, outcome, sandbox } = await pushed()
  await phone.cancel()
  await phone.turnOff()
  await push()
  expect(phone.view().prompt).toBeNull()
  await sandbox.clock.advance(15_000)
  expect(await outcome()).toEqual([1037, 'DS timeout user cannot be reached.'])
  await phone.turnOn()
  await push()
  expect(phone.view().prompt).not.toBeNull()
})

it('a prompt cannot be answered on a phone that was switched off meanwhile', async () => {
  const { phone } = await pushed()
  await phone.turnOff()
  await expect(phone.enterPin('1234')).rejects.toMatchObject({ code: 'SANDBOX_NO_PROMPT', status: 409 })
})

it('too little money is 1, and none moves', async () => {
  const { phone, outcome } = await pushed({ PhoneNumber: '254722000002', PartyA: '254722000002', Amount: 51 })
  await phone.enterPin('1234')
  expect(await outcome()).toEqual([1, 'The balance is insufficient for the transaction.'])
  expect(phone.balanceCents).toBe(50_00)
})

it('the last cent can be spent', async () => {
  const { phone, outcome } = await pushed({ PhoneNumber: '254722000002', PartyA: '254722000002', Amount: 50 })
  await phone.enterPin('1234')
  expect((await outcome())[0]).toBe(0)
  expect(phone.balanceCents).toBe(0)
})

it('the same amount again is 17 within two minutes, and paid after them', async () => {
  const { phone, push, outcome, sandbox } = await pushed()
  await phone.enterPin('1234')
  await outcome()
  await push()
  await phone.enterPin('1234')
  expect(await outcome()).toEqual([17, 'Rule limited.'])
  await sandbox.clock.advance(100_000)
  await push()
  await phone.enterPin('1234')
  expect((await outcome())[0]).toBe(0)
})

it('another amount is paid at once, and so is the same after a payment that failed', async () => {
  const { phone, push, outcome } = await pushed()
  await phone.cancel()
  expect((await outcome())[0]).toBe(1032)
  await push()
  await phone.enterPin('1234')
  expect((await outcome())[0]).toBe(0)
  await push({ Amount: 2 })
  await phone.enterPin('1234')
  expect((await outcome())[0]).toBe(0)
})

it('more than 250,000 is 3, and more than 500,000 in a day 4', async () => {
  const startMs = Date.UTC(2026, 10, 24, 9)
  const { phone, push, outcome, sandbox, client } = await pushed({ Amount: 250_001 }, { startMs })
  await phone.deposit(600_000_00)
  await phone.enterPin('1234')
  expect((await outcome())[0]).toBe(3)
  for (const Amount of [250_000, 249_999]) {
    await push({ Amount })
    await phone.enterPin('1234')
    expect((await outcome())[0]).toBe(0)
  }
  await push({ Amount: 2 })
  await phone.enterPin('1234')
  expect((await outcome())[0]).toBe(4)
  await sandbox.clock.advance(24 * 60 * 60 * 1000)
  await client.authorize()
  await push({ Amount: 2 })
  await phone.enterPin('1234')
  expect((await outcome())[0]).toBe(0)
})

it('a paybill number that is not the shortcode is 2028, without a prompt', async () => {
  const { phone, outcome } = await pushed({ PartyB: '600000' })
  expect(phone.view().prompt).toBeNull()
  expect((await outcome())[0]).toBe(2028)
})

it('a prompt of more than 182 characters is 1025', async () => {
  const { outcome } = await pushed({ AccountReference: 'X'.repeat(150) })
  expect((await outcome())[0]).toBe(1025)
})

it('anyone with a Safaricom number has a phone, an account and a PIN', async () => {
  const { sandbox, outcome, phone } = await pushed({ PhoneNumber: '254798765432', PartyA: '254798765432' })
  expect(sandbox.daraja.phone('0798 765 432').msisdn).toBe('254798765432')
  await phone.enterPin('1234')
  expect((await outcome())[0]).toBe(0)
  expect(phone.balanceCents).toBe(10_000_00 - 100)
})

it('waits for a prompt that is still to come, and says so when none comes', async () => {
  const { sandbox, client, phone } = await pushed()
  await phone.cancel()
  const coming = phone.prompt()
  await client.push({ Amount: 3 })
  expect((await coming).amount).toBe(3)
  await expect(sandbox.daraja.phone('0711000001').prompt({ timeoutMs: 1 })).rejects.toMatchObject({
    code: 'SANDBOX_NO_PROMPT',
  })
})

it('knows no phone with a number that is none', async () => {
  const { sandbox } = await pushed()
  expect(() => sandbox.daraja.phone('020 222 2222')).toThrow(
    expect.objectContaining({ code: 'SANDBOX_PHONE_INVALID' }),
  )
})
