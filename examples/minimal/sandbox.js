import { once } from 'node:events'
import { createServer } from 'node:http'
import { startSandbox } from '@ementech/sandbox'

const sandbox = await startSandbox({ timeScale: 60 }) // a minute passes in a second
const { MPESA_BASE_URL: base, MPESA_SHORTCODE: shop, ...env } = sandbox.env
const app = createServer((_req, res) => void res.end()).listen(0) // stands for your application
await once(app, 'listening')
const { port } = /** @type {import('node:net').AddressInfo} */ (app.address())

const user = `${env.MPESA_CONSUMER_KEY}:${env.MPESA_CONSUMER_SECRET}`
const headers = { authorization: `Basic ${Buffer.from(user).toString('base64')}` }
const token = await fetch(`${base}/oauth/v1/generate?grant_type=client_credentials`, { headers })
const { access_token } = JSON.parse(await token.text())
await fetch(`${base}/mpesa/stkpush/v1/processrequest`, {
  method: 'POST',
  headers: { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' },
  body: `{ "BusinessShortCode": ${shop}, "PartyB": ${shop}, "TransactionType": "CustomerPayBillOnline",
    "Password": "${Buffer.from(`${shop}${env.MPESA_PASSKEY}20261124103000`).toString('base64')}",
    "Timestamp": "20261124103000", "Amount": 1250, "AccountReference": "ORDER-7", "TransactionDesc": "Order 7",
    "PartyA": 254708374149, "PhoneNumber": 254708374149, "CallBackURL": "http://127.0.0.1:${port}/paid" }`,
})

const phone = sandbox.daraja.phone('0708 374 149')
console.log((await phone.prompt()).text)
await phone.enterPin('1234')
await once(app, 'request') // the callback: your application is told
console.log(phone.messages[0]?.text)
await Promise.all([sandbox.close(), app.close()])
