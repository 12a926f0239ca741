import { PNG } from 'pngjs'
import { expect, it } from 'vitest'
import decodePicture from 'qr/decode.js'
import { clientOf, john, merchantServer, sandboxFor } from './support.js'
import { initiatorOf } from './support-initiator.js'

const bill = { MerchantName: 'Soko', RefNo: 'K7QX2P', Amount: 150, TrxCode: 'PB', CPI: '174379', Size: '300' }

/** A sandbox with a QR code, as Daraja gives it. */
async function printed(answer: object = { ResultCode: '0' }) {
  const sandbox = await sandboxFor()
  const shop = await merchantServer({ status: 200, text: JSON.stringify(answer) })
  await initiatorOf(sandbox, shop.url).register({})
  const { json } = await clientOf(sandbox).post('/mpesa/qrcode/v1/generate', bill)
  const png = Buffer.from(String(json.QRCode), 'base64')
  const phone = sandbox.daraja.phone(john)
  const control = (path: string, body: object | Buffer) =>
    fetch(`${sandbox.url}/_sandbox/${path}`, {
      method: 'POST',
      headers: { 'content-type': body instanceof Buffer ? 'image/png' : 'application/json' },
      body: body instanceof Buffer ? new Uint8Array(body) : JSON.stringify(body),
    })
  return { sandbox, shop, png, phone, control }
}

it('the picture that Daraja gives holds code, number, reference, amount and name, at the size that was asked for', async () => {
  const { png } = await printed()
  const { width, height, data } = PNG.sync.read(png)
  expect([width, height]).toEqual([300, 300])
  expect(decodePicture({ width, height, data })).toBe('PB|174379|K7QX2P|150|Soko')
})

it('a phone pays what the picture says', async () => {
  const { sandbox, phone, png, shop } = await printed()
  const receipt = await phone.scan(png, { pin: '1234' })
  await sandbox.clock.advance(10_000)
  expect(sandbox.daraja.customerPayments()).toMatchObject([
    { receipt, account: 'K7QX2P', amount: 150, shortcode: '174379', ending: 'completed' },
  ])
  expect(shop.received.map(({ path }) => path)).toEqual(['/validation', '/confirmation'])
})

it('what is no code of the sandbox is no code: other pictures, other texts', async () => {
  const { phone, control } = await printed()
  const blank = PNG.sync.write(new PNG({ width: 64, height: 64 }))
  await expect(phone.scan(blank)).rejects.toThrow('There is no QR code in this picture.')
  await expect(phone.scan('https://example.com')).rejects.toThrow('This is no QR code of the sandbox.')
  const answer = await control('qr', blank)
  expect([answer.status, ((await answer.json()) as { detail: string }).detail]).toEqual([
    400,
    'There is no QR code in this picture.',
  ])
})

it('a picture is read over HTTP, and its bill paid with a PIN', async () => {
  const { control, png, sandbox } = await printed()
  const read = (await (await control('qr', png)).json()) as object
  expect(read).toEqual({
    ...{ shortcode: '174379', account: 'K7QX2P', amount: 150, isTill: false },
    business: 'Sandbox Shop',
  })
  const { status } = await control(`phones/${john}/pay`, {
    ...{ shortcode: '174379', account: 'K7QX2P', amount: 150, pin: '1234' },
  })
  expect(status).toBe(200)
  expect(sandbox.daraja.customerPayments()).toHaveLength(1)
})

it('a wrong PIN pays nothing, and the third in a row locks the phone', async () => {
  const { phone, sandbox, control } = await printed()
  const wish = { amount: 5, account: 'X' }
  for (let n = 0; n < 3; n++) {
    await expect(phone.pay({ ...wish, pin: '9999' })).rejects.toMatchObject({ code: 'SANDBOX_PIN_WRONG' })
  }
  const { status } = await control(`phones/${john}/pay`, { ...wish, pin: '1234' })
  expect(status).toBe(403)
  expect(phone.view().isLocked).toBe(true)
  await phone.unlock()
  await phone.pay({ ...wish, pin: '1234' })
  expect(sandbox.daraja.customerPayments()).toHaveLength(1)
})

it.each([
  ['C2B00012', 'the account number is not right'],
  ['C2B00013', 'the amount is not right'],
])('a payer whose payment is rejected with %s reads why', async (ResultCode, why) => {
  const { phone, sandbox } = await printed({ ResultCode, ResultDesc: 'Rejected' })
  await phone.pay({ amount: 5, account: 'X' })
  await sandbox.clock.advance(10_000)
  expect(phone.messages.at(-1)?.text).toContain(`Sandbox Shop has refused it: ${why}.`)
})
