import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { startSandbox } from '../src/index.js'
import { receipt, smsDate } from '../src/daraja/formats.js'
import { createRandom } from '../src/random.js'
import { clientOf, john, merchantServer, sandboxFor } from './support.js'

it('gives the variables that an application needs', async () => {
  const { env, url } = await sandboxFor()
  expect(env).toEqual({
    MPESA_ENVIRONMENT: 'sandbox',
    MPESA_BASE_URL: url,
    MPESA_CONSUMER_KEY: 'ementech-sandbox-consumer-key',
    MPESA_CONSUMER_SECRET: 'ementech-sandbox-consumer-secret',
    MPESA_SHORTCODE: '174379',
    MPESA_PASSKEY: 'bfb279f9aa9bdbcf158e97dd71a467cd2e0c893059b10f78e6b72ada1ed2c919',
    MPESA_INITIATOR_NAME: 'testapi',
    MPESA_INITIATOR_PASSWORD: 'Safaricom999!*!',
    MPESA_CERTIFICATE: expect.stringMatching(/^-----BEGIN CERTIFICATE-----\n/),
    STRIPE_SECRET_KEY: expect.stringMatching(/^sk_test_\w+$/),
    STRIPE_PUBLISHABLE_KEY: expect.stringMatching(/^pk_test_\w+$/),
    STRIPE_WEBHOOK_SECRET: expect.stringMatching(/^whsec_\w+$/),
    STRIPE_API_BASE: url,
    CLOUDINARY_CLOUD_NAME: 'ementech-sandbox',
    CLOUDINARY_API_KEY: expect.stringMatching(/^\d{15}$/),
    CLOUDINARY_API_SECRET: expect.stringMatching(/^\w{27}$/),
    CLOUDINARY_URL: `cloudinary://${env.CLOUDINARY_API_KEY}:${env.CLOUDINARY_API_SECRET}@ementech-sandbox?upload_prefix=${encodeURIComponent(url)}&cname=${encodeURIComponent(new URL(url).host)}`,
    CLOUDINARY_UPLOAD_PREFIX: url,
    CLOUDINARY_DELIVERY_BASE: url,
    SMTP_URL: expect.stringMatching(/^smtp:\/\/127\.0\.0\.1:\d+$/),
  })
})

it('the same seed gives the same ids, receipts and delays, another seed others', async () => {
  const run = async (seed: string) => {
    const sandbox = await sandboxFor({ seed, startMs: Date.UTC(2026, 10, 24) })
    const shop = await merchantServer()
    const client = clientOf(sandbox)
    for (const Amount of [1, 2, 3]) {
      await client.push({ Amount, CallBackURL: shop.url })
      await sandbox.daraja.phone(john).enterPin('1234')
      await sandbox.clock.advance(5000)
    }
    const dues = sandbox.daraja.callbacks().map(({ dueAtMs }) => dueAtMs)
    return JSON.stringify([client.token, dues, shop.received.map(({ text }) => text)])
  }
  const first = await run('one')
  expect(await run('one')).toBe(first)
  expect(await run('two')).not.toBe(first)
})

it('a minute passes in a second at a time scale of 60', async () => {
  const sandbox = await sandboxFor({ timeScale: 600 })
  const shop = await merchantServer()
  await clientOf(sandbox).push({ CallBackURL: shop.url })
  const [callback] = await shop.count(1)
  expect(callback?.body.Body.stkCallback.ResultCode).toBe(1037)
  const { requestedAtMs, result } = sandbox.daraja.transactions()[0] ?? { requestedAtMs: 0 }
  expect((result?.atMs ?? 0) - requestedAtMs).toBeGreaterThanOrEqual(60_000)
})

it('a receipt holds its date, in Nairobi', () => {
  const random = createRandom('receipts')
  expect(receipt(Date.UTC(2025, 10, 27, 9), random)).toMatch(/^TKR[A-Z0-9]{7}$/)
  expect(receipt(Date.UTC(2026, 6, 4, 21), random)).toMatch(/^UG5[A-Z0-9]{7}$/)
  expect(receipt(Date.UTC(2020, 0, 20, 12), random)).toMatch(/^OAK[A-Z0-9]{7}$/)
  expect(smsDate(Date.UTC(2026, 10, 24, 21, 5))).toBe('25/11/26 at 12:05 AM')
})

it('names a port that is taken', async () => {
  const { url } = await sandboxFor()
  const port = Number(new URL(url).port)
  await expect(startSandbox({ port })).rejects.toMatchObject({
    code: 'SANDBOX_PORT_TAKEN',
    message: `Port ${port} is taken. Stop what listens there, or choose another port.`,
  })
})

it('gives its directory back when the port was taken', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ementech-sandbox-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  const { url } = await sandboxFor()
  await expect(startSandbox({ dir, port: Number(new URL(url).port) })).rejects.toThrow()
  await sandboxFor({ dir })
})

it('refuses a directory that another sandbox has', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ementech-sandbox-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  await sandboxFor({ dir })
  await expect(startSandbox({ dir })).rejects.toMatchObject({ code: 'SANDBOX_DIR_IN_USE' })
})

it('names the option that was meant', async () => {
  await expect(startSandbox({ timescale: 60 } as never)).rejects.toThrow(
    new TypeError('startSandbox: unknown option "timescale". Did you mean "timeScale"?'),
  )
  await expect(startSandbox({ daraja: { pending: '4999' } } as never)).rejects.toThrow('"pendingAnswer"')
  await expect(startSandbox({ timeScale: -1 })).rejects.toThrow('"timeScale" must be')
})

it('closes twice as well as once', async () => {
  const sandbox = await startSandbox()
  await Promise.all([sandbox.close(), sandbox.close()])
  await expect(fetch(sandbox.url)).rejects.toThrow()
})
