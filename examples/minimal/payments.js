import { EventEmitter, once } from 'node:events'
import { createPayments, memoryInbox, memoryPaymentStore, money } from '@ementech/payments'
import { createMpesa } from '@ementech/payments/mpesa'
import { startSandbox } from '@ementech/sandbox'
import express from 'express'

const { env, daraja, close } = await startSandbox({ timeScale: 10 }) // Daraja and a phone, on this machine
const { MPESA_BASE_URL: baseUrl, MPESA_SHORTCODE: shortcode, MPESA_PASSKEY: passkey } = env
const { MPESA_CONSUMER_KEY: consumerKey, MPESA_CONSUMER_SECRET: consumerSecret } = env
const callbackUrl = 'http://127.0.0.1:4710/payments' // yours: https://shop.example/payments
const callbackSecret = 'what this prints: openssl rand -hex 32'
const keys = { consumerKey, consumerSecret, shortcode, passkey, callbackUrl, callbackSecret }

const shop = new EventEmitter()
const payments = createPayments({
  store: memoryPaymentStore(), // yours: mongoPaymentStore(collection)
  inbox: memoryInbox(), // yours: mongoInbox(collection)
  providers: { mpesa: createMpesa({ environment: 'sandbox', baseUrl, ...keys }) },
  on: { paid: (payment, { key }) => void shop.emit('paid', payment, key) },
})
const server = express().use('/payments', payments.webhooks).listen(4710, '127.0.0.1')
payments.worker()

const order = { reference: 'ORDER-1', amount: money('1500', 'KES'), description: 'Two mangoes' }
const wish = { ...order, provider: 'mpesa', payer: { phone: '0711 000 001' }, idempotencyKey: 'ORDER-1' }
const { id } = await payments.create(wish) // stored; nothing is sent
await payments.start(id) // the prompt is on the phone
await daraja.phone('0711 000 001').enterPin('1234') // the payer pays
console.log(await once(shop, 'paid')) // told by the worker, with a key that never changes
await Promise.all([payments.close(), server.close(), close()])
