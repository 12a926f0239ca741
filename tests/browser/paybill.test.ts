import { PNG } from 'pngjs'
import type { Page } from 'playwright-core'
import decodePicture from 'qr/decode.js'
import { describe, expect, it } from 'vitest'
import { chromiumPath } from '../support/browser.js'
import { call } from '../support/shop.js'
import {
  accessible,
  fitsTheWindow,
  photograph,
  register,
  shopInBrowser,
  signIn,
  status,
  widths,
} from '../support/pages.js'

describe.skipIf(!chromiumPath)('Pay Bill in a browser', { timeout: 300_000 }, () => {
  const shop = shopInBrowser()

  it.each(widths)(
    'at $width px: a printed QR code pays an order: scanned on the phone, confirmed by the PIN',
    async (viewport) => {
      const { page, context, faults, number } = await order(viewport)
      await page.getByRole('button', { name: 'Show the QR code' }).click()
      const code = page.getByRole('img', { name: `QR code to pay order ${number}` })
      await code.waitFor()
      await accessible(page)
      await fitsTheWindow(page)
      await photograph(page, `bill-${viewport.width}`, { fullPage: true })
      await page.emulateMedia({ colorScheme: 'dark' })
      await photograph(page, `bill-${viewport.width}-dark`, { fullPage: true })
      await page.emulateMedia({ media: 'print', colorScheme: 'light' })
      expect(await page.getByRole('button', { name: 'Print' }).isVisible()).toBe(false)
      expect(await code.isVisible()).toBe(true)
      await photograph(page, `bill-${viewport.width}-print`, { fullPage: true })
      await page.emulateMedia({ media: null })

      const picture = Buffer.from((await code.getAttribute('src'))!.split(',')[1]!, 'base64')
      const { width, height, data } = PNG.sync.read(picture)
      const total = await page.locator('.slip dd').last().innerText()
      expect(decodePicture({ width, height, data })).toBe(
        `PB|174379|${number}|${total.replace(/\D/g, '')}|Soko`,
      )

      const phone = await shop.open(viewport)
      await phone.page.goto(shop.urls.phone)
      await phone.page.getByRole('button', { name: 'Scan' }).click()
      await phone.page
        .getByLabel('Choose a picture')
        .setInputFiles({ name: 'printed.png', mimeType: 'image/png', buffer: picture })
      await phone.page.getByLabel('PIN', { exact: true }).fill('1234')
      await phone.page.keyboard.press('Enter')

      await status(page, /Paid/)
      await status(page, /M-Pesa receipt [A-Z0-9]{10}/)
      await code.first().waitFor({ state: 'detached' })
      await phone.page.getByText(`for account ${number}`).first().waitFor()
      await photograph(page, `bill-${viewport.width}-paid`)
      await photograph(phone.page, `bill-phone-${viewport.width}`)
      expect([...faults, ...phone.faults]).toEqual([])
      await Promise.all([context.close(), phone.context.close()])
    },
  )

  it.each(widths)(
    'at $width px: a wrong amount and a wrong account are refused in words',
    async (viewport) => {
      const { page, context, number } = await order(viewport)
      const phone = await shop.open(viewport)
      await phone.page.goto(`${shop.urls.phone}?msisdn=254711000001`)
      for (const [account, why] of [
        ['NOSUCH', 'the account number is not right'],
        [number, 'the amount is not right'],
      ] as const) {
        await payBill(phone.page, account, '1')
        await phone.page.getByText(`has refused it: ${why}.`).first().waitFor()
      }
      await page.getByRole('button', { name: 'Show the QR code' }).waitFor()
      await Promise.all([context.close(), phone.context.close()])
    },
  )

  it('the office sees who has paid, and gives the money back', async () => {
    const [viewport] = widths
    const { page, context, number } = await order(viewport!)
    await page.getByRole('button', { name: 'Show the QR code' }).click()
    const amount = (await page.locator('.slip dd').last().innerText()).replace(/\D/g, '')
    const phone = await shop.open(viewport!)
    await phone.page.goto(shop.urls.phone)
    // As people type it.
    await payBill(phone.page, ` ${number.toLowerCase()}`, amount)
    await status(page, /M-Pesa receipt/)

    const office = await shop.open(viewport!, `/admin/orders/${number}`)
    await signIn(office.page)
    await office.page.getByRole('heading', { name: 'Give money back' }).waitFor()
    await office.page.getByRole('textbox', { name: 'Why' }).fill('Changed his mind')
    await office.page.getByRole('button', { name: 'Refund' }).click()
    await status(page, /Refunded/)
    await phone.page
      .getByText(/successfully reversed/)
      .first()
      .waitFor()
    await Promise.all([context.close(), phone.context.close(), office.context.close()])
  })

  it.each(widths)(
    'at $width px: money that names no order is seen by the office, and given back',
    async (viewport) => {
      await withoutValidation(new URL(shop.urls.phone).origin)
      const account = `NOBODY${viewport.width}`
      const phone = await shop.open(viewport)
      await phone.page.goto(shop.urls.phone)
      await payBill(phone.page, account, '5')
      await phone.page.getByText(`for account ${account}`).first().waitFor()

      const { page, context, faults } = await shop.open(viewport, '/admin/payments')
      await signIn(page)
      const item = page.getByRole('listitem').filter({ hasText: account })
      const read = () => page.getByRole('heading', { name: 'What providers told us' }).waitFor()
      await read()
      // It is confirmed a few seconds after the payer has been told.
      while (!(await item.count())) {
        await page.reload()
        await read()
      }
      await item.getByText('Give money back').click()
      await accessible(page)
      await fitsTheWindow(page)
      await photograph(page, `stray-${viewport.width}`)
      await item.getByRole('textbox', { name: 'Why' }).fill('Nobody knows this account')
      await item.getByRole('button', { name: 'Refund' }).click()
      await item.getByText('Given back, or on its way.').waitFor()
      await phone.page
        .getByText(/successfully reversed/)
        .first()
        .waitFor()
      expect(faults).toEqual([])
      await Promise.all([context.close(), phone.context.close()])
    },
  )

  /** As before Safaricom has switched external validation on: nobody is asked, and the money moves. */
  async function withoutValidation(sandbox: string) {
    const { MPESA_CONSUMER_KEY: key, MPESA_CONSUMER_SECRET: secret } = await call(
      sandbox,
      'GET',
      '/_sandbox/env',
    )
    const basic = Buffer.from(`${String(key)}:${String(secret)}`).toString('base64')
    const path = '/oauth/v1/generate?grant_type=client_credentials'
    const { access_token } = await call(sandbox, 'GET', path, undefined, { authorization: `Basic ${basic}` })
    const requests = (await call(sandbox, 'GET', '/_sandbox/requests')) as unknown as {
      operation: string
      body: string
    }[]
    const registered = JSON.parse(
      requests.find(({ operation }) => operation === 'c2bRegister')!.body,
    ) as object
    const body = { ...registered, ResponseType: 'Completed', ValidationURL: 'http://127.0.0.1:1/closed' }
    const authorization = { authorization: `Bearer ${String(access_token)}` }
    await call(sandbox, 'POST', '/mpesa/c2b/v2/registerurl', body, authorization)
  }

  /** An order that nobody has paid, on its page. */
  async function order(viewport: { width: number; height: number }) {
    const visit = await shop.open(viewport, '/products/kikombe')
    const { page } = visit
    await page.getByRole('button', { name: 'Add to cart' }).click()
    await page.getByRole('link', { name: /^Cart/ }).first().click()
    await page.getByRole('link', { name: 'Check out' }).click()
    await register(page)
    return { ...visit, number: await placeUnpaid(page) }
  }

  /** The prompt is refused on the phone, so that the order waits to be paid otherwise. */
  async function placeUnpaid(page: Page): Promise<string> {
    await page.getByRole('textbox', { name: 'M-Pesa phone number' }).fill('0712 345 678')
    await page.getByRole('button', { name: 'Pay with M-Pesa' }).click()
    await status(page, 'Waiting for your PIN')
    const phone = await shop.open({ width: 390, height: 844 })
    await phone.page.goto(`${shop.urls.phone}?msisdn=254712345678`)
    await phone.page.getByRole('button', { name: 'Cancel' }).click()
    await status(page, 'Payment failed')
    await phone.context.close()
    const title = await page.getByRole('heading', { level: 1 }).innerText()
    return title.split(' ').at(-1)!
  }

  async function payBill(page: Page, account: string, amount: string) {
    await page.getByRole('button', { name: 'Pay a bill' }).click()
    await page.getByLabel('Account number').fill(account)
    await page.getByLabel('Amount').fill(amount)
    await page.getByLabel('PIN', { exact: true }).fill('1234')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
  }
})
